"""What was the safeguarding team's once stays for few eyes.

A case that is passed away from the team is another team's to take, but what was said in it is read
only by who may open safeguarding cases and by who has the case now: they need it to do their work.
Nobody else at the desk, no service manager and no auditor reads it, open or over.
"""

from __future__ import annotations

from dataclasses import replace

from bot.handoff import Handoff
from bot.staff import SAFEGUARDING, Staff


def is_guarded(handoff: Handoff) -> bool:
    """Whether the case is or ever was the safeguarding team's."""
    return handoff.was_safeguarding or handoff.team == SAFEGUARDING


def of_team(handoff: Handoff, team: str) -> Handoff:
    """The case, from now on ``team``'s. It never forgets that it was safeguarding's."""
    return replace(handoff, team=team, was_safeguarding=is_guarded(handoff))


def has_right(who: Staff, handoff: Handoff) -> bool:
    """Whether what was said in the case is theirs to read, whoever has it."""
    may_guarded = not is_guarded(handoff) or who.may_open(SAFEGUARDING)
    return may_guarded and who.may_open(handoff.team)


def may_read(who: Staff, handoff: Handoff) -> bool:
    """The same, or they have the case. Who has closed it still has it: they look at it again."""
    has_it = handoff.claimed_by == who.username and who.may_open(handoff.team)
    return has_it or has_right(who, handoff)


def veiled(who: Staff, handoff: Handoff) -> Handoff:
    """The case as ``who`` sees it: without what the citizen told, where that is not theirs."""
    if may_read(who, handoff):
        return handoff
    return replace(handoff, summary={}, contact={}, note="")
