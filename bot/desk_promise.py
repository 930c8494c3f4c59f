"""Promise a call between two times, keep it, and count the promises that were broken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.case_extras import Promise
from bot.council import LONDON
from bot.desk_parts import DeskParts, case_in_hand, log, must_hold, tell
from bot.errors import BadInput
from bot.handoff import Handoff
from bot.staff import Staff

LONGEST_WINDOW = timedelta(hours=4)
"""A longer window is no promise: nobody can stay by the phone all day."""


class PromiseUnclear(BadInput):
    """Give a day and two times, the first in the future, at most four hours apart."""


class NothingPromised(BadInput):
    """No call is promised in this case. Look at it again: a colleague may have made it."""


@dataclass(frozen=True)
class PromiseReport:
    """Promises whose window ended in a period. ``broken`` with their cases, the latest first."""

    made: int
    kept: int
    called_off: int
    broken: tuple[tuple[Promise, Handoff | None], ...]


def promise_call(
    parts: DeskParts, who: Staff, handoff_id: str, starts: datetime, ends: datetime
) -> Promise:
    """The citizen is told when they are called. An earlier promise in the same case that can
    still be kept is called off; one that cannot stays broken. Times have a zone.

    Raises PromiseUnclear, HandoffUnknown, CaseRestricted, HandoffNotYours.
    """
    now = parts.turn.clock.now()
    if not now < starts < ends <= starts + LONGEST_WINDOW:
        raise PromiseUnclear
    with case_in_hand(parts, who, handoff_id) as case:
        must_hold(case.handoff, who)
        for held in case.work.promises.of(handoff_id):
            if held.is_open:
                case.work.promises.save(replace(held, called_off_at=now))
        promise = Promise(
            parts.turn.new_id(),
            case.conversation.id,
            handoff_id,
            who.username,
            now,
            starts,
            ends,
        )
        case.work.promises.add(promise)
        tell(parts, case.work, case.conversation, "call_back_promised", when=window(promise))
        log(parts, case.work, who, "call_promised", case.handoff, until=ends.isoformat())
    return promise


def keep_promise(parts: DeskParts, who: Staff, handoff_id: str) -> Promise:
    """The call was made. Raises NothingPromised, HandoffUnknown, CaseRestricted,
    HandoffNotYours."""
    with case_in_hand(parts, who, handoff_id) as case:
        must_hold(case.handoff, who)
        found = [p for p in case.work.promises.of(handoff_id) if p.is_open]
        if not found:
            raise NothingPromised
        kept = replace(found[-1], kept_at=parts.turn.clock.now(), kept_by=who.username)
        case.work.promises.save(kept)
        log(parts, case.work, who, "call_made", case.handoff)
    return kept


def report_promises(parts: DeskParts, who: Staff, start: datetime, end: datetime) -> PromiseReport:
    """What became of promises whose window ended from ``start`` until ``end`` or now, for the
    cases that ``who`` may open."""
    now = parts.turn.clock.now()
    with parts.store.begin() as work:
        ended = work.promises.ending_between(start, min(end, now))
        cases = {p.handoff_id: work.handoffs.get(p.handoff_id) for p in ended}
    shown = [p for p in ended if _may_see(who, cases[p.handoff_id])]
    broken = [p for p in reversed(shown) if p.is_broken(now)]
    return PromiseReport(
        made=len(shown),
        kept=sum(p.kept_at is not None and not p.is_broken(now) for p in shown),
        called_off=sum(p.called_off_at is not None and not p.is_broken(now) for p in shown),
        broken=tuple((p, cases[p.handoff_id]) for p in broken),
    )


def window(promise: Promise) -> str:
    """``24/11/2026, 14:00–16:00``, London time: figures that every language can read."""
    starts, ends = promise.starts.astimezone(LONDON), promise.ends.astimezone(LONDON)
    return f"{starts:%d/%m/%Y}, {starts:%H:%M}-{ends:%H:%M}"


def _may_see(who: Staff, handoff: Handoff | None) -> bool:
    return handoff is None or who.may_open(handoff.team)
