"""Open a case to read it. Who opened what, and who was refused, is kept in the staff log."""

from __future__ import annotations

from datetime import timedelta

from bot.desk_parts import CaseRestricted, DeskParts, find_case
from bot.desk_view import Case, see_case
from bot.staff import LogEntry, Staff
from bot.staff_ports import StaffWork

ONCE_IN = timedelta(minutes=15)
"""A page that reads itself again with each message is one visit, not fifty."""


def open_case(parts: DeskParts, who: Staff, handoff_id: str) -> Case:
    """The case with its transcript, and a line in the log that says who looked.

    Raises HandoffUnknown, CaseRestricted; a refusal is logged as well.
    """
    with parts.store.begin() as work:
        try:
            find_case(work, who, handoff_id)
        except CaseRestricted:
            _note(parts, work, who, "case_refused", handoff_id)
            raise
        _note(parts, work, who, "case_opened", handoff_id)
    return see_case(parts, who, handoff_id)


def _note(parts: DeskParts, work: StaffWork, who: Staff, action: str, subject: str) -> None:
    now = parts.turn.clock.now()
    before = work.staff_log.latest(1, who.username, subject, action)
    if before and now - before[0].entry.at < ONCE_IN:
        return
    work.staff_log.write(LogEntry(now, who.username, action, subject))
    work.commit()
