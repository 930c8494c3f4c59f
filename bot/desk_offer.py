"""A case that comes back from the assistant is offered first to the agent who had it.

They know it already, and the citizen has met them. The offer holds while they can be reached, and
no longer than a silent case stays with an agent; then the case is anybody's, at the place that its
age gives it. Danger, urgent cases and the safeguarding team's know no offers, nor does an answer
that only has to be confirmed: there whoever is free is the right one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

from bot.approval import CONFIRM
from bot.case_extras import CaseNote
from bot.council import LONDON
from bot.desk_parts import DeskParts, case_in_hand, leave_note, log
from bot.desk_reach import Colleague, colleagues_in
from bot.desk_silence import BY_THE_CLOCK
from bot.errors import HandoffError, HandoffTaken
from bot.handoff import Handoff, HandoffStatus, unoffered
from bot.need import Urgency
from bot.ports import DESK, POST, UnitOfWork
from bot.staff import SAFEGUARDING, SEES_EVERY_TEAM, LogEntry, Presence, Staff
from bot.staff_ports import StaffWork

SOON = timedelta(hours=2)
"""Given back earlier than this and on another day, it is a new matter."""
KIND = "offered"
"""Of the notes that say who is asked first and why."""


class HandoffOffered(HandoffError):
    """A colleague who had this case before is asked first. It is anybody's in a few minutes."""


class NotOffered(HandoffError):
    """This case is not offered to you any more. It is in the queue, or somebody has it."""


@dataclass(frozen=True)
class FirstToWhoHadIt:
    """Keeps the new case of a turn (``TurnParts.keep_case``). ``holds``: how long an offer does.
    The transaction has to be one of a StaffStore."""

    new_id: Callable[[], str]
    holds: timedelta

    def __call__(self, work: UnitOfWork, handoff: Handoff) -> None:
        before = _given_back(work, handoff)
        if before is None:
            work.handoffs.add(handoff)
            return
        self._keep(cast(StaffWork, work), handoff, before)

    def _keep(self, work: StaffWork, handoff: Handoff, before: Handoff) -> None:
        now, whom = handoff.asked_at, str(before.claimed_by)
        one = _colleague(work, whom, now)
        why = why_not(handoff, one)
        until = now + self.holds
        if not why:
            handoff = replace(handoff, offered_to=whom, offered_until=until)
        work.handoffs.add(handoff)
        had = f"{_name(work, whom)} had it and gave it back at {_at(before.closed_at or now)}"
        said = (
            f"{had}, but {why}: it is in the queue."
            if why
            else f"{had}, and is asked first, until {_at(until)}; then it is anybody's."
        )
        work.notes.add(_note(self.new_id(), handoff, said, now))
        if not why:
            detail = {"to": whom, "until": until.isoformat()}
            work.staff_log.write(LogEntry(now, BY_THE_CLOCK, "case_offered", handoff.id, detail))


def why_not(handoff: Handoff, one: Colleague | None) -> str:
    """Why a case is not for ``one`` just now, in words for colleagues; empty where it is."""
    if one is None:
        return "no longer works at the desk"
    if not one.staff.serves(handoff.team):
        return "it is another team's now"
    if not one.here:
        return "has no page of the desk open"
    if one.staff.presence is not Presence.AVAILABLE:
        return f"is {one.staff.presence.value}"
    return "" if one.is_reachable else "has as many cases as they can take"


def offered_to(handoff: Handoff, people: Iterable[Colleague], now: datetime) -> str | None:
    """The user name of whom a waiting case is offered to, while the offer holds."""
    if handoff.status is not HandoffStatus.WAITING or handoff.offered_to is None:
        return None
    one = next((c for c in people if c.staff.username == handoff.offered_to), None)
    return None if _why_over(handoff, one, now) else handoff.offered_to


def must_be_free_for(work: StaffWork, who: Staff, handoff: Handoff, now: datetime) -> None:
    """Raises HandoffOffered while the case is a colleague's to take first. Who sees every team
    may take it all the same."""
    if handoff.offered_to in (None, who.username) or who.has(*SEES_EVERY_TEAM):
        return
    if offered_to(handoff, colleagues_in(work, now), now):
        raise HandoffOffered


def leave_to_queue(parts: DeskParts, who: Staff, handoff_id: str) -> Handoff:
    """``who`` does not take the case that is offered to them: it is anybody's at once.

    Raises NotOffered, HandoffUnknown, CaseRestricted.
    """
    with case_in_hand(parts, who, handoff_id) as case:
        handoff = case.handoff
        if handoff.status is not HandoffStatus.WAITING or handoff.offered_to != who.username:
            raise NotOffered
        free = unoffered(handoff)
        case.work.handoffs.save(free, was=handoff)
        leave_note(parts, case, who, KIND, "Left it to the queue.")
        log(parts, case.work, who, "case_offer_declined", free)
    return free


def end_offers(parts: DeskParts) -> list[str]:
    """Cases whose offer holds no longer are anybody's, and their history says why; their ids."""
    with parts.store.begin() as work:
        waiting = work.handoffs.with_status(HandoffStatus.WAITING)
    return [h.id for h in waiting if h.offered_to and _end(parts, h)]


def _end(parts: DeskParts, handoff: Handoff) -> bool:
    whose = handoff.conversation_id
    with parts.turn.locks.hold(whose), parts.store.begin() as work:
        now, held = parts.turn.clock.now(), work.handoffs.get(handoff.id)
        if held is None or held.status is not HandoffStatus.WAITING or not held.offered_to:
            return False
        why = _why_over(held, _colleague(work, held.offered_to, now), now)
        if not why:
            return False
        try:
            work.handoffs.save(unoffered(held), was=held)
        except HandoffTaken:
            return False
        said = f"In the queue for everybody: {_name(work, held.offered_to)}: {why}."
        work.notes.add(_note(parts.turn.new_id(), held, said, now))
        detail = {"to": held.offered_to, "why": why}
        work.staff_log.write(LogEntry(now, BY_THE_CLOCK, "case_offer_over", held.id, detail))
        work.commit()
    parts.turn.live.changed([whose, DESK, POST])
    return True


def _given_back(work: UnitOfWork, handoff: Handoff) -> Handoff | None:
    """The case before this one of the same conversation, if an agent gave it back lately."""
    if _knows_no_offers(handoff) or handoff.team == SAFEGUARDING:
        return None
    before = work.handoffs.of(handoff.conversation_id)[-1:]
    return next((one for one in before if _lately_given_back(one, handoff.asked_at)), None)


def _knows_no_offers(handoff: Handoff) -> bool:
    return handoff.urgency == Urgency.URGENT.value or handoff.way == CONFIRM


def _lately_given_back(one: Handoff, now: datetime) -> bool:
    at = one.closed_at
    if one.status is not HandoffStatus.RETURNED or one.claimed_by is None or at is None:
        return False
    today = at.astimezone(LONDON).date() == now.astimezone(LONDON).date()
    return (today or now - at <= SOON) and one.way != CONFIRM and one.team != SAFEGUARDING


def _why_over(handoff: Handoff, one: Colleague | None, now: datetime) -> str:
    if handoff.urgency == Urgency.URGENT.value:
        return "it is urgent now"
    if handoff.offered_until is None or now >= handoff.offered_until:
        return "did not take it in time"
    return why_not(handoff, one)


def _colleague(work: StaffWork, username: str, now: datetime) -> Colleague | None:
    return next((c for c in colleagues_in(work, now) if c.staff.username == username), None)


def _name(work: StaffWork, username: str) -> str:
    staff = work.staff.named(username)
    return staff.name if staff else username


def _note(note_id: str, handoff: Handoff, text: str, now: datetime) -> CaseNote:
    return CaseNote(note_id, handoff.conversation_id, handoff.id, BY_THE_CLOCK, KIND, text, now)


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%H:%M}"
