"""What a turn starts from, what its steps may use, and how it may end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.conversation import Conversation
from bot.council_case import CouncilCase
from bot.follow_up import FollowUp
from bot.handoff import Handoff
from bot.message import Medium, Message, Reply, Sender
from bot.need import Availability, Circumstances
from bot.ports import (
    Assistant,
    AvailabilitySource,
    Clock,
    Live,
    Locks,
    Store,
    UnitOfWork,
)
from bot.replies import Replies
from bot.routing import RoutingDecision, RoutingPolicy
from bot.safety import SafetyCheck
from bot.understanding import Understanding


def nobody_confirms(_service: str) -> str | None:
    """Without an approval mode."""
    return None


@dataclass(frozen=True)
class Topic:
    """Who deals with a service, and how soon harm follows if nobody does."""

    team: str
    urgency: str


def nobodys_topic(_service: str) -> Topic | None:
    """Without service cards."""
    return None


def to_the_queue(work: UnitOfWork, handoff: Handoff) -> None:
    """Keep a new case: whoever is free takes it."""
    work.handoffs.add(handoff)


@dataclass(frozen=True)
class TurnParts:
    """Everything a turn works with, wired once in ``channels/app.py``. ``confirmed_by``: the team
    that confirms answers about the service with this card, or None where they are sent at once;
    ``keep_case`` keeps a new case, in the turn's transaction; ``topic_of``: who deals with the
    service with this card, or None where there is no such card."""

    store: Store
    assistant: Assistant
    safety: SafetyCheck
    policy: RoutingPolicy
    replies: Replies
    availability: AvailabilitySource
    clock: Clock
    locks: Locks
    live: Live
    new_id: Callable[[], str]
    council_name: str
    council_phone: str
    main_place: str
    confirmed_by: Callable[[str], str | None] = nobody_confirms
    keep_case: Callable[[UnitOfWork, Handoff], None] = to_the_queue
    topic_of: Callable[[str], Topic | None] = nobodys_topic


@dataclass(frozen=True)
class Turn:
    """One message about to be answered, with what is known. ``sent`` is what the assistant
    is given; ``missed`` the ids of messages that an outage left unanswered, each with what the
    assistant is given for it; ``helper_heard`` whether this message is the first to say that it
    is asked for somebody else; ``just_asked`` are the payloads of the choices under the very
    message that it follows."""

    conversation: Conversation
    message: Message
    sent: str
    handoff: Handoff | None
    availability: Availability
    started_at: datetime
    number: int
    missed: tuple[tuple[str, str], ...] = ()
    helper_heard: bool = False
    just_asked: frozenset[str] = frozenset()

    @property
    def language(self) -> str:
        """The language to answer in."""
        return self.conversation.language

    @property
    def is_sms(self) -> bool:
        """Whether it came by text."""
        return self.conversation.medium is Medium.SMS


@dataclass(frozen=True)
class HandoffWanted:
    """A request for a person that the turn ends with."""

    team: str
    urgency: str
    way: str
    reasons: tuple[str, ...]
    summary: Mapping[str, Any] = field(default_factory=dict)
    contact: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Ending:
    """How a turn ends. ``name`` is in a family: answered_*, handed_*, safety_*, refused_*,
    error_*. Fields left None change nothing."""

    name: str
    replies: tuple[Reply, ...] = ()
    handoff: HandoffWanted | None = None
    withdraw_handoff: bool = False
    raise_urgency: bool = False
    circumstances: Circumstances | None = None
    language: str | None = None
    language_chosen: bool = False
    understanding: Understanding | None = None
    route: Mapping[str, Any] | None = None
    misunderstood: bool = False
    told: Mapping[str, Any] | None = None
    follow_ups: tuple[FollowUp, ...] = ()
    model_version: str = ""
    lsoa: str | None = None
    answer_not_taken: bool = False
    nothing_found: bool = False
    council_cases: tuple[CouncilCase, ...] = ()
    earlier_consent: bool | None = None
    got: str | None = None

    @classmethod
    def with_route(cls, name: str, decision: RoutingDecision, **rest: Any) -> Ending:
        """An ending whose route is ``decision``."""
        return cls(name=name, route=decision.as_json(), **rest)


def say(
    parts: TurnParts, turn: Turn, key: str, language: str | None = None, **values: Any
) -> Reply:
    """The reply ``key`` in the citizen's language and medium, with a way to a person."""
    lang = language or turn.language
    text = parts.replies.say(key, lang, turn.conversation.medium.value, **values)
    return Reply(text, lang, Sender.SYSTEM)
