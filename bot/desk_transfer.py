"""Pass a case on, to a colleague who can be reached or to a team, with a note they can go by."""

from __future__ import annotations

from dataclasses import replace

from bot.desk_parts import (
    CaseInHand,
    DeskParts,
    case_in_hand,
    leave_note,
    log,
    must_hold,
    tell,
)
from bot.desk_reach import Colleague, colleagues_in
from bot.errors import BadInput, HandoffError
from bot.guarded import of_team
from bot.handoff import Handoff, HandoffStatus, unoffered, wait_again
from bot.staff import Role, Staff

MAY_ASSIGN = (Role.TEAM_LEAD, Role.ADMINISTRATOR)


class NoteMissing(BadInput):
    """Write a note first: whoever takes over should not have to ask the citizen again."""


class ColleagueNotReachable(HandoffError):
    """They cannot take a case just now: away, busy or full. Choose someone else, or a team."""


class TeamUnknown(BadInput):
    """There is no such team. Choose one of the list."""


def colleagues_for(
    parts: DeskParts, who: Staff, handoff: Handoff, language: str
) -> list[Colleague]:
    """Who the case can be passed to: reachable and allowed to open it; who can do what the citizen
    needs and speaks ``language`` first, then who has the most room."""
    with parts.store.begin() as work:
        found = colleagues_in(work, parts.turn.clock.now())
        conversation = work.conversations.get(handoff.conversation_id)
    needs = conversation.circumstances.adjustments if conversation else frozenset()
    wanted = {need.value for need in needs}

    def first(one: Colleague) -> tuple[int, bool, int]:
        able = len(wanted & one.staff.skills)
        return -able, language not in one.staff.languages, one.open_cases

    return sorted((c for c in found if _can_take(c, who, handoff)), key=first)


def pass_to_colleague(
    parts: DeskParts, who: Staff, handoff_id: str, username: str, note: str
) -> Handoff:
    """The case, in the hands of ``username``; the citizen hears who it is. A team lead may pass
    on anybody's case, and one that waits.

    Raises NoteMissing, ColleagueNotReachable, HandoffUnknown, CaseRestricted, HandoffNotYours.
    """
    text = _note(note)
    with case_in_hand(parts, who, handoff_id) as case:
        _may_pass_on(case.handoff, who)
        now = parts.turn.clock.now()
        people = {c.staff.username: c for c in colleagues_in(case.work, now)}
        to = people.get(username)
        if to is None or not _can_take(to, who, case.handoff):
            raise ColleagueNotReachable
        passed = replace(
            unoffered(case.handoff),
            status=HandoffStatus.CLAIMED,
            claimed_by=username,
            claimed_at=now,
        )
        case.work.handoffs.save(passed, was=case.handoff)
        _tell_and_note(parts, case, who, text, to=username)
        tell(parts, case.work, case.conversation, "handoff_claimed", agent=to.staff.first_name)
    return passed


def pass_to_team(
    parts: DeskParts, who: Staff, handoff_id: str, team: str, note: str, teams: tuple[str, ...]
) -> Handoff:
    """The case, waiting for ``team`` (one of ``teams``) in the place it had by its age.

    Raises NoteMissing, TeamUnknown, HandoffUnknown, CaseRestricted, HandoffNotYours.
    """
    text = _note(note)
    if team not in teams:
        raise TeamUnknown
    with case_in_hand(parts, who, handoff_id) as case:
        _may_pass_on(case.handoff, who)
        passed = wait_again(of_team(unoffered(case.handoff), team))
        case.work.handoffs.save(passed, was=case.handoff)
        _tell_and_note(parts, case, who, text, to=team)
    return passed


def _tell_and_note(parts: DeskParts, case: CaseInHand, who: Staff, text: str, to: str) -> None:
    leave_note(parts, case, who, "transfer", text)
    tell(parts, case.work, case.conversation, "handoff_transferred")
    log(parts, case.work, who, "case_passed_on", case.handoff, to=to)


def _note(raw: str) -> str:
    text = raw.strip()
    if not text:
        raise NoteMissing
    return text


def _may_pass_on(handoff: Handoff, who: Staff) -> None:
    if not (who.has(*MAY_ASSIGN) and handoff.is_open):
        must_hold(handoff, who)


def _can_take(one: Colleague, who: Staff, handoff: Handoff) -> bool:
    return (
        one.is_reachable
        and one.staff.username not in (who.username, handoff.claimed_by)
        and one.staff.may_open(handoff.team)
    )
