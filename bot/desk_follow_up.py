"""Look again at a case that was closed with a day: the citizen was told that somebody would."""

from __future__ import annotations

from dataclasses import replace

from bot.desk_parts import DeskParts, case_in_hand, leave_note, log
from bot.errors import BadInput
from bot.handoff import Handoff
from bot.staff import Staff


class NothingToLookAt(BadInput):
    """Nobody has to look at this case again. A colleague may have done it already."""


def look_again(parts: DeskParts, who: Staff, handoff_id: str, found: str = "") -> Handoff:
    """The case, looked at again by ``who``; what they ``found`` is a note. It is on nobody's list
    from now on.

    Raises NothingToLookAt, HandoffUnknown, CaseRestricted.
    """
    with case_in_hand(parts, who, handoff_id) as case:
        day = case.handoff.follow_up_on
        if day is None:
            raise NothingToLookAt
        done = replace(case.handoff, follow_up_on=None)
        case.work.handoffs.save(done, was=case.handoff)
        said = f"Looked at again, as the citizen was told for {day:%d/%m/%Y}."
        leave_note(parts, case, who, "looked_again", f"{said} {found.strip()}".strip())
        log(parts, case.work, who, "case_looked_at_again", done, day=day.isoformat())
    return done
