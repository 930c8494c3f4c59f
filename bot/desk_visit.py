"""Turn a case into a visit: an agent books an appointment for the citizen, who is told and
reminded as if they had booked it themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.council import LONDON
from bot.council_case import council_cases
from bot.desk_parts import (
    DeskParts,
    case_in_hand,
    conversation_of,
    find_case,
    log,
    must_hold,
    tell,
)
from bot.errors import BadInput, FairwayError
from bot.follow_up import follow_ups, put_follow_ups
from bot.need import Adjustment, Circumstances
from bot.staff import Staff


class VisitsUnavailable(FairwayError):
    """The booking system is not answering. Try again in a few minutes, or call them."""


class VisitGone(BadInput):
    """Somebody else has just taken that time, or none was chosen. Choose another one."""


@dataclass(frozen=True)
class FreeVisit:
    """A time that is free. ``starts_at`` carries its zone."""

    id: str
    place: str
    starts_at: datetime


@dataclass(frozen=True)
class BookedVisit:
    """A time that is booked."""

    reference: str
    place: str
    starts_at: datetime


class VisitBook(Protocol):
    """The council's booking system, as the desk needs it.

    Adapters: ``actions.desk_visits`` and ``channels.desk.visits_memory``.
    """

    def free(self, *, step_free: bool, interpreter: str | None) -> Sequence[FreeVisit]:
        """The next free times that meet these needs. Raises VisitsUnavailable."""

    def book(self, visit_id: str, contact: Mapping[str, str], key: str) -> BookedVisit:
        """Book one; ``contact`` has name, phone and needs. The same ``key`` books once. Raises
        VisitGone, VisitsUnavailable."""


def free_visits(
    parts: DeskParts, who: Staff, handoff_id: str, book: VisitBook
) -> Sequence[FreeVisit]:
    """Times that suit what the citizen told us they need.

    Raises HandoffUnknown, CaseRestricted, VisitsUnavailable.
    """
    conversation = conversation_of(parts, who, handoff_id)
    needs = conversation.circumstances.adjustments
    interpreter = interpreter_for(conversation.circumstances, conversation.language)
    return book.free(step_free=Adjustment.STEP_FREE in needs, interpreter=interpreter)


def book_visit(
    parts: DeskParts,
    who: Staff,
    handoff_id: str,
    book: VisitBook,
    visit_id: str,
    name: str,
    phone: str,
) -> BookedVisit:
    """The visit, booked. The citizen is told now and reminded the day before.

    Raises VisitGone, VisitsUnavailable, HandoffUnknown, CaseRestricted, HandoffNotYours.
    """
    if not visit_id:
        raise VisitGone
    with parts.store.begin() as work:  # no transaction is held while another system is asked
        handoff, conversation = find_case(work, who, handoff_id)
    must_hold(handoff, who)
    needs = sorted(a.value for a in conversation.circumstances.adjustments)
    contact = {"name": name.strip(), "phone": phone.strip(), "needs": "; ".join(needs)}
    booked = book.book(visit_id, contact, f"{handoff_id}:{visit_id}")
    with case_in_hand(parts, who, handoff_id) as case:  # booked is booked: they must hear of it
        when = f"{booked.starts_at.astimezone(LONDON):%d/%m/%Y %H:%M}"
        told = {"reference": booked.reference, "when": when, "place": booked.place}
        tell(parts, case.work, case.conversation, "appointment_booked", **told)
        event = {
            "type": "appointment",
            **told,
            "phone": contact["phone"],
            "starts_at": booked.starts_at.isoformat(),
        }
        now = parts.turn.clock.now()
        wanted = follow_ups([event], case.conversation.id, now)
        put_follow_ups(case.work, wanted, now)
        for made in council_cases([event], case.conversation.id, "", now):
            case.work.council_cases.add(made)
        log(parts, case.work, who, "visit_booked", case.handoff, reference=booked.reference)
    return booked


def interpreter_for(circumstances: Circumstances, language: str) -> str | None:
    """The language an interpreter must have, as booking systems write it, or None."""
    if Adjustment.BSL in circumstances.adjustments:
        return "bsl"
    spoken = language.split("-")[0]  # however it is written
    wanted = Adjustment.INTERPRETER in circumstances.adjustments and spoken != "en"
    return spoken if wanted else None
