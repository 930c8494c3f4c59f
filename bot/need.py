"""What the citizen wants, what they told us about getting it, and what is open now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any


class Channel(str, Enum):
    """How a need is served."""

    DIGITAL = "digital"
    ASSISTED = "assisted"
    FACE_TO_FACE = "face_to_face"


class Urgency(str, Enum):
    """How soon harm follows if nothing is done."""

    ROUTINE = "routine"
    SOON = "soon"
    URGENT = "urgent"


class NeedKind(str, Enum):
    """Information to give, a transaction to do, or a talk to have."""

    INFORMATION = "information"
    TRANSACTIONAL = "transactional"
    RELATIONAL = "relational"


class Barrier(str, Enum):
    """What makes digital hard for this citizen, in their own words."""

    NO_INTERNET = "no_internet"
    NO_DEVICE = "no_device"
    NO_DATA = "no_data"
    CANNOT_READ_WELL = "cannot_read_well"
    NOT_CONFIDENT = "not_confident"
    CANNOT_USE_PHONE = "cannot_use_phone"


class Adjustment(str, Enum):
    """A reasonable adjustment the citizen asked for."""

    INTERPRETER = "interpreter"
    BSL = "bsl"
    LARGE_PRINT = "large_print"
    ACCESSIBLE_FORMAT = "accessible_format"
    """Braille, audio or easy read: which of them, the citizen's own words say."""
    TEXT_RELAY = "text_relay"
    STEP_FREE = "step_free"
    HOME_VISIT = "home_visit"
    MORE_TIME = "more_time"


@dataclass(frozen=True)
class Need:
    """What the citizen wants. ``service`` is a card id, or None while not understood."""

    service: str | None = None
    lgsl: int | None = None
    kind: NeedKind = NeedKind.INFORMATION
    urgency: Urgency = Urgency.ROUTINE


@dataclass(frozen=True)
class Circumstances:
    """What the citizen told us about getting served. Never a protected characteristic.

    ``failed_turns`` counts misunderstandings in a row. ``remember``: the citizen asked us to
    know all this next time too. ``for_other``: they ask for somebody else.
    """

    asked_channel: Channel | None = None
    barriers: frozenset[Barrier] = field(default_factory=frozenset)
    adjustments: frozenset[Adjustment] = field(default_factory=frozenset)
    language: str = "en"
    failed_turns: int = 0
    remember: bool = False
    for_other: bool = False

    def with_barrier(self, barrier: Barrier) -> Circumstances:
        """The same with one barrier more."""
        return replace(self, barriers=self.barriers | {barrier})

    def with_adjustment(self, adjustment: Adjustment) -> Circumstances:
        """The same with one adjustment more."""
        return replace(self, adjustments=self.adjustments | {adjustment})

    def as_json(self) -> dict[str, Any]:
        """A JSON object; ``from_json`` reads it back."""
        return {
            "asked_channel": self.asked_channel.value if self.asked_channel else None,
            "barriers": sorted(b.value for b in self.barriers),
            "adjustments": sorted(a.value for a in self.adjustments),
            "language": self.language,
            "failed_turns": self.failed_turns,
            "remember": self.remember,
            "for_other": self.for_other,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Circumstances:
        """Read ``as_json``'s object; unknown words are left out, not fatal."""
        asked = data.get("asked_channel")
        return cls(
            asked_channel=Channel(asked) if asked in {c.value for c in Channel} else None,
            barriers=frozenset(b for b in Barrier if b.value in (data.get("barriers") or ())),
            adjustments=frozenset(
                a for a in Adjustment if a.value in (data.get("adjustments") or ())
            ),
            language=str(data.get("language") or "en"),
            failed_turns=int(data.get("failed_turns") or 0),
            remember=data.get("remember") is True,
            for_other=data.get("for_other") is True,
        )


@dataclass(frozen=True)
class Availability:
    """What is open now. ``queue_wait_minutes`` is None when it cannot be known."""

    contact_centre_open: bool = True
    agents_present: int = 0
    queue_wait_minutes: int | None = None
    places_near: bool = True
    appointments_free: bool = True
    next_open: str | None = None

    def as_json(self) -> dict[str, Any]:
        """A JSON object; ``from_json`` reads it back."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Availability:
        """Read ``as_json``'s object; missing fields take their defaults."""
        known = {k: v for k, v in data.items() if k in cls.__dataclass_fields__}
        return cls(**known)
