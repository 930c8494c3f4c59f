"""What an action answers: replies by key, buttons, reports for Fairway, slots to remember."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.message import Button


@dataclass(frozen=True)
class Say:
    """One reply: a catalogue key, its values, and the choices under it.

    ``free_input`` is true when any text may be the answer: on SMS no numbered choices may
    follow then, because "2" would be taken for the second of them. ``lang`` is the language of
    the words where it is not the citizen's: what a council has in English only.
    """

    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()
    free_input: bool = False
    lang: str = ""


@dataclass(frozen=True)
class Answer:
    """An action's whole answer; each method gives a new one with something added."""

    said: tuple[Say, ...] = ()
    reports: tuple[Mapping[str, Any], ...] = ()
    slots: Mapping[str, Any] = field(default_factory=dict)

    def say(
        self,
        key: str,
        *buttons: Button,
        free_input: bool = False,
        lang: str = "",
        **values: object,
    ) -> Answer:
        """One reply more."""
        texts = {name: str(value) for name, value in values.items()}
        return replace(self, said=(*self.said, Say(key, texts, buttons, free_input, lang)))

    def report(self, kind: str, **values: Any) -> Answer:
        """One event more for Fairway: route, handoff, case, appointment and so on."""
        return replace(self, reports=(*self.reports, {"type": kind, **values}))

    def remember(self, **slots: Any) -> Answer:
        """Slots set after this turn."""
        return replace(self, slots={**self.slots, **slots})

    def then(self, other: Answer) -> Answer:
        """This answer with ``other`` after it."""
        return Answer(
            (*self.said, *other.said),
            (*self.reports, *other.reports),
            {**self.slots, **other.slots},
        )

    def has(self, kind: str) -> bool:
        """Whether an event of this kind is reported."""
        return any(report["type"] == kind for report in self.reports)
