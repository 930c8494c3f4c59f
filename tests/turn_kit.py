"""A whole turn in memory: real rules, real store adapter, an assistant that plays a script."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.conversation import Conversation
from bot.council import Council, CouncilHours
from bot.errors import AssistantUnavailable
from bot.message import Medium, Message
from bot.need import Availability, Circumstances
from bot.ports import Store
from bot.replies import Replies
from bot.routing import RoutingPolicy
from bot.safety import shipped_safety_check
from bot.stores.memory import MemoryStore
from bot.take_in import start_conversation, take_in
from bot.turn import handle_turn
from bot.turn_state import TurnParts
from bot.understanding import Answer, Said, Understanding
from channels.live import LiveHub
from channels.locks import ProcessLocks

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class EchoReplies(Replies):
    """Says the key and its values, so that a test reads what was meant, not how it was put."""

    def say(self, key: str, lang: str, medium: str, **values: object) -> str:
        shown = ",".join(f"{k}={v}" for k, v in sorted(values.items()) if v not in ("", None))
        return f"[{key}]" + (f"({shown})" if shown else "")


@dataclass
class ScriptedAssistant:
    """An Assistant that answers from a function of the text; ``heard`` is what it was asked,
    ``told`` what it was told of the citizen, ``for_desk`` whether an agent asked."""

    script: Callable[[str], Answer | None] = lambda text: None
    down: bool = False
    heard: list[str] = field(default_factory=list)
    told: list[Circumstances] = field(default_factory=list)
    for_desk: list[bool] = field(default_factory=list)

    def ask(
        self, conversation, message_id, text, circumstances, availability, *, for_desk=False
    ) -> Answer:
        if self.down:
            raise AssistantUnavailable
        self.heard.append(text)
        self.told.append(circumstances)
        self.for_desk.append(for_desk)
        made = Understanding(intent="greet", kind="smalltalk", confidence=0.9)
        made = Understanding(**{**vars(made), "language": conversation.language})
        return self.script(text) or Answer((Said(f"answer to {text}", "en"),), made)


@dataclass
class TickingClock:
    """A clock that moves on by a second each time it is read."""

    moment: datetime = START

    def now(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment


@dataclass(frozen=True)
class Closed:
    """An AvailabilitySource of a contact centre that is shut."""

    def at(self, now: datetime, waiting: int) -> Availability:
        return Availability(contact_centre_open=False, next_open="Monday 09:00")


COUNCIL = Council(
    name="Test Council",
    slug="test",
    gss="E06000051",
    phone="0345 000 0000",
    text_relay="18001 0345 000 0000",
    main_place="Test Library",
    languages={"en": "English", "cy": "Cymraeg"},
    hours={
        day: (datetime.min.time(), datetime.max.time())
        for day in ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    },
)


def turn_parts(assistant: ScriptedAssistant, store: Store | None = None, **changes) -> TurnParts:
    """Parts for a turn, all in memory unless a store is given."""
    ids = itertools.count(1)
    values = {
        "store": store or MemoryStore(),
        "assistant": assistant,
        "safety": shipped_safety_check(),
        "policy": RoutingPolicy("test"),
        "replies": EchoReplies({}),
        "availability": CouncilHours(COUNCIL),
        "clock": TickingClock(),
        "locks": ProcessLocks(),
        "live": LiveHub(),
        "new_id": lambda: f"id{next(ids):04d}",
        "council_name": COUNCIL.name,
        "council_phone": COUNCIL.phone,
        "main_place": COUNCIL.main_place,
    }
    return TurnParts(**{**values, **changes})


@dataclass
class Citizen:
    """Someone in a conversation: ``says`` sends a message and returns the texts that answer it."""

    parts: TurnParts
    medium: Medium = Medium.WEB
    language: str | None = None
    conversation: Conversation = field(init=False)

    def __post_init__(self) -> None:
        address = "447700900123" if self.medium is Medium.SMS else None
        self.conversation, self.greeting = start_conversation(
            self.parts, self.medium, self.language, address=address
        )

    def sends(self, text: str, client_id: str | None = None) -> list[Message]:
        taken = take_in(self.parts, self.conversation.id, text, client_id)
        return handle_turn(self.parts, taken.message).said

    def says(self, text: str) -> list[str]:
        return [message.text for message in self.sends(text)]

    @property
    def handoff(self):
        with self.parts.store.begin() as work:
            return work.handoffs.open_of(self.conversation.id)

    @property
    def records(self):
        with self.parts.store.begin() as work:
            return work.records.turns_of(self.conversation.id)

    @property
    def now(self) -> Conversation:
        with self.parts.store.begin() as work:
            return work.conversations.get(self.conversation.id)
