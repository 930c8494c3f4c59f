"""What the rules need from the outside world, as protocols; adapters live elsewhere.

Stores: ``bot.stores.memory`` and ``bot.stores.sql``. Assistant: ``channels.assistant``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol

from bot.case_news import CaseNews
from bot.conversation import Conversation
from bot.council_case import CouncilCases
from bot.earlier_consent import Consents
from bot.equality import AnswerSheet
from bot.feedback import Feedbacks
from bot.handoff import Handoff, HandoffStatus
from bot.message import Message
from bot.need import Availability, Circumstances
from bot.outcome import Outcome
from bot.turn_record import TurnRecord
from bot.understanding import Answer


class Conversations(Protocol):
    """Every conversation held."""

    def add(self, conversation: Conversation) -> None:
        """Keep a new conversation."""

    def get(self, conversation_id: str) -> Conversation | None:
        """The conversation with this id, or None."""

    def latest_at(self, address: str) -> Conversation | None:
        """The conversation with this SMS number in which something was said last, or None."""

    def all_at(self, address: str) -> list[Conversation]:
        """Every conversation with this SMS number, oldest first."""

    def last_heard(self, since: datetime, until: datetime) -> list[Conversation]:
        """Conversations whose last message fell between two times (UTC)."""

    def save(self, conversation: Conversation) -> None:
        """Replace what is held under the same id."""

    def touch(self, conversation_id: str, at: datetime) -> None:
        """Note when something was last said, and leave the rest as it is."""


@dataclass(frozen=True)
class Standing:
    """``answered``: the message's turn is finished already; ``turns``: turns its conversation has
    had; ``waiting``: handoffs in the queue, whoever's."""

    answered: bool
    turns: int
    waiting: int


class Messages(Protocol):
    """Every message, in the order it was kept."""

    def accept(
        self, message: Message, provider: str | None = None, provider_id: str | None = None
    ) -> bool:
        """Keep a citizen's message as not yet answered. False, and nothing kept, when one with
        the same (conversation, client_id) or (provider, provider_id) is already held."""

    def accepted_as(self, conversation_id: str, client_id: str) -> Message | None:
        """The message already held under this client_id, or None."""

    def add(self, *messages: Message, in_reply_to: str | None = None) -> None:
        """Keep replies or an agent's messages, in this order."""

    def get(self, message_id: str) -> Message | None:
        """The message with this id, or None."""

    def of(self, conversation_id: str, after: str | None = None) -> list[Message]:
        """The conversation's messages in order, or only those after the message ``after``."""

    def latest(self, conversation_id: str, limit: int) -> list[Message]:
        """The conversation's last messages in order, at most ``limit`` of them."""

    def replies_to(self, message_id: str) -> list[Message]:
        """What was said in reply to this message, in order."""

    def answered(self, message_id: str) -> bool:
        """Whether the turn of this message is finished."""

    def by_text(self, message_id: str) -> bool:
        """Whether it came as a text message, wherever its conversation goes on by now."""

    def standing(self, message: Message) -> Standing:
        """How things stand for a message that is to be answered, looked up at once."""

    def mark_answered(self, message_id: str) -> bool:
        """Note that the turn of this message is finished. False when it was so already: another
        process has answered it."""

    def unanswered(self, before: datetime) -> list[Message]:
        """Messages accepted before a time (UTC) and not answered: a crash left them behind."""


class Handoffs(Protocol):
    """Every request for a person."""

    def add(self, handoff: Handoff) -> None:
        """Keep a new handoff."""

    def get(self, handoff_id: str) -> Handoff | None:
        """The handoff with this id, or None."""

    def open_of(self, conversation_id: str) -> Handoff | None:
        """The conversation's waiting or claimed handoff, or None."""

    def of(self, conversation_id: str) -> list[Handoff]:
        """Every handoff of a conversation, oldest first."""

    def save(self, handoff: Handoff, was: Handoff) -> None:
        """Replace it only if what is stored still is ``was``, as it was read, in every field: the
        whole of it is written. Raises HandoffTaken if not."""

    def with_status(self, *statuses: HandoffStatus) -> list[Handoff]:
        """Urgent first, then the longest waiting."""

    def count(self, status: HandoffStatus) -> int:
        """How many have this status."""

    def claimed_since(self, since: datetime) -> list[Handoff]:
        """Those a person has taken at ``since`` (UTC) or later, in the order they were."""


class Records(Protocol):
    """What the audit reads."""

    def add_turn(self, record: TurnRecord) -> None:
        """Keep a turn record."""

    def turns_of(self, conversation_id: str) -> list[TurnRecord]:
        """A conversation's turn records in order."""

    def count_turns(self, conversation_id: str) -> int:
        """How many turns a conversation has had."""

    def add_outcome(self, outcome: Outcome) -> None:
        """Keep an outcome."""

    def outcomes_of(self, conversation_id: str) -> list[Outcome]:
        """A conversation's outcomes in order."""


@dataclass(frozen=True)
class Parcel:
    """One thing to deliver after its transaction. ``kind``: ``sms`` {message_id}, ..."""

    id: str
    kind: str
    payload: Mapping[str, Any]
    attempts: int = 0
    last_error: str = ""


class Outbox(Protocol):
    """What must still leave the house. Each parcel is leased, delivered, then done."""

    def put(self, parcel: Parcel, due: datetime) -> None:
        """Keep a parcel to be delivered at or after ``due`` (UTC)."""

    def put_once(self, parcel: Parcel, due: datetime) -> bool:
        """The same, unless one with this id is held already, done or not: then False."""

    def put_anew(self, parcel: Parcel, due: datetime) -> None:
        """The same, in place of one with this id that is held, done or not."""

    def standing(self, kind: str, reference: str) -> list[Parcel]:
        """Those neither done nor given up whose payload has this ``reference``."""

    def holds_lease(self, parcel: Parcel) -> bool:
        """Whether nobody else has leased, ended or replaced it since ``parcel`` was leased; then
        nobody can before this transaction ends."""

    def lease(self, kind: str, now: datetime, until: datetime, limit: int) -> list[Parcel]:
        """Up to ``limit`` due parcels, hidden from others until ``until``; attempts + 1."""

    def done(self, parcel_id: str, now: datetime) -> None:
        """It was delivered."""

    def again(self, parcel_id: str, due: datetime, error: str) -> None:
        """Try again at ``due``."""

    def untried(self, parcel_id: str, due: datetime) -> None:
        """It was leased but not tried: due at ``due``, and the attempt is not counted. Not where
        somebody asks ``holds_lease``, which goes by the attempts."""

    def give_up(self, parcel_id: str, now: datetime, error: str) -> None:
        """It will never be delivered."""

    def waiting(self, kind: str) -> int:
        """How many are neither done nor given up."""


class SmsNumbers(Protocol):
    """Numbers that said STOP."""

    def opt_out(self, address: str, at: datetime) -> None:
        """Send nothing more to this number."""

    def opt_in(self, address: str) -> None:
        """The number may be texted again."""

    def opted_out(self, address: str) -> bool:
        """Whether the number said STOP."""


class EqualityAnswers(Protocol):
    """What citizens told about themselves. Written here, read by the audit only."""

    def put(self, sheet: AnswerSheet) -> None:
        """Keep a sheet in place of any that is held under the same link."""

    def has(self, link: str) -> bool:
        """Whether there is a sheet, so that nobody is asked twice. Never what it says."""

    def forget(self, link: str) -> None:
        """Erase the sheet, if there is one."""


class UnitOfWork(Protocol):
    """One transaction: everything is kept at ``commit`` or nothing is."""

    @property
    def conversations(self) -> Conversations: ...
    @property
    def messages(self) -> Messages: ...
    @property
    def handoffs(self) -> Handoffs: ...
    @property
    def records(self) -> Records: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def sms_numbers(self) -> SmsNumbers: ...
    @property
    def equality(self) -> EqualityAnswers: ...
    @property
    def council_cases(self) -> CouncilCases: ...
    @property
    def consents(self) -> Consents: ...
    @property
    def feedback(self) -> Feedbacks: ...

    def commit(self) -> None:
        """Keep everything done so far."""

    def __enter__(self) -> UnitOfWork: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Drop what was not committed."""


class Store(Protocol):
    """Where units of work come from."""

    def begin(self) -> UnitOfWork:
        """A new transaction, to be used with ``with``."""


class Assistant(Protocol):
    """Rasa, or whatever understands and answers."""

    def ask(
        self,
        conversation: Conversation,
        message_id: str,
        text: str,
        circumstances: Circumstances,
        availability: Availability,
        *,
        for_desk: bool = False,
    ) -> Answer:
        """The answer to ``text``; asked again under the same ``message_id``, what was answered the
        first time. ``for_desk``: an agent wants the questions of the service that ``text`` chooses,
        so there is no channel to decide on. Raises AssistantUnavailable."""


class NewsSource(Protocol):
    """What became of reports and requests, asked of the council's systems."""

    def of(
        self, asked: Sequence[tuple[str, str]], since: datetime
    ) -> Mapping[tuple[str, str], CaseNews]:
        """(system, reference) → how it is, for each that is asked for: two systems may give the
        same reference. ``since`` is the earliest time of interest (UTC).
        Left out: what could not be looked up just now. Never raises for a
        system that fails."""


DESK, POST = "desk", "post"
"""Topics of ``Live``: the desk's queue; texts that wait for an answer or to be sent."""


class Live(Protocol):
    """Tells open pages that a conversation or the desk's queue has changed."""

    def changed(self, topics: Sequence[str]) -> None:
        """Wake whoever watches these topics: a conversation id, ``desk``, or ``post``."""


class Locks(Protocol):
    """One turn of a conversation at a time."""

    def hold(self, conversation_id: str) -> AbstractContextManager[None]:
        """Wait for the conversation's turn, and keep it while in the ``with`` block."""


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """The time now, in UTC."""


class AvailabilitySource(Protocol):
    """What is open at this moment."""

    def at(self, now: datetime, waiting: int) -> Availability:
        """Opening hours and queue as they stand, with ``waiting`` handoffs in the queue."""
