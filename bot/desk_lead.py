"""What a team lead sees: who waits and for how long, promises due, load, and what was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

from bot.case_card import CaseCard
from bot.council import LONDON
from bot.desk_parts import DeskParts
from bot.desk_promise import PromiseReport, report_promises
from bot.desk_reach import Colleague, colleagues_in
from bot.errors import BadInput
from bot.handoff import Handoff, HandoffStatus
from bot.ports import DESK
from bot.staff import LogEntry, Staff
from bot.staff_ports import CaseBoard

DUE_WITHIN = timedelta(hours=2)
MOST_AT_ONCE = 20
"""More open cases than this is nobody's capacity."""


class AgentWrong(BadInput):
    """There is no such agent, or the number of cases is not from 1 to 20. Check and keep again."""


@dataclass(frozen=True)
class Overview:
    """The desk at ``now`` (UTC). ``waiting_by_team``: team → how many wait; ``longest``: since
    when the one who waits longest does; ``due``: open cases whose promise ends soon or has;
    ``look_again``: closed ones whose day to look at them again has come; ``got``: what citizens
    answered lately, asked whether they got what they needed."""

    now: datetime
    waiting_by_team: Mapping[str, int]
    longest: Mapping[str, datetime]
    urgent: int
    with_agents: int
    unanswered: tuple[CaseCard, ...]
    due: tuple[CaseCard, ...]
    colleagues: tuple[Colleague, ...]
    promises: PromiseReport
    names: Mapping[str, str] = field(default_factory=dict)
    look_again: tuple[CaseCard, ...] = ()
    got: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Search:
    """What to look for among past and open cases; empty means anything. ``words`` is found in the
    reference, the labels, the agent's name and the service. Times in UTC."""

    start: datetime
    end: datetime
    team: str = ""
    outcome: str = ""
    words: str = ""


def see_overview(parts: DeskParts, who: Staff, since: datetime) -> Overview:
    """The desk now, and what became of promises since ``since`` (UTC)."""
    now = parts.turn.clock.now()
    with parts.store.begin() as work:
        opened = [c for c in work.case_board.open() if who.may_open(c.handoff.team)]
        colleagues = colleagues_in(work, now)
        again = work.case_board.to_look_at(now.astimezone(LONDON).date())
        names = {staff.username: staff.name for staff in work.staff.all()}
        got = work.feedback.since(since)
    waiting = [c for c in opened if c.handoff.status is HandoffStatus.WAITING]
    longest: dict[str, datetime] = {}
    for card in waiting:
        team = card.handoff.team
        longest[team] = min(longest.get(team, card.handoff.asked_at), card.handoff.asked_at)
    held = [c for c in opened if c.handoff.status is HandoffStatus.CLAIMED]
    unanswered = sorted(
        (c for c in held if c.citizen_waits_since), key=lambda c: c.citizen_waits_since or now
    )
    due = [c for c in opened if c.promised and c.promised <= now + DUE_WITHIN]
    return Overview(
        now=now,
        waiting_by_team=Counter(c.handoff.team for c in waiting),
        longest=longest,
        urgent=sum(c.handoff.urgency == "urgent" for c in opened),
        with_agents=len(held),
        unanswered=tuple(unanswered),
        due=tuple(sorted(due, key=lambda c: c.promised or now)),
        colleagues=tuple(colleagues),
        promises=report_promises(parts, who, since, now),
        names=names,
        look_again=tuple(c for c in again if who.may_open(c.handoff.team)),
        got=got,
    )


def find_cases(
    parts: DeskParts, who: Staff, search: Search, limit: int | None = None
) -> list[CaseCard]:
    """Cases that ``who`` may open and that ``search`` finds, the latest first: all of them, or up
    to ``limit``."""
    with parts.store.begin() as work:
        names = {staff.username: staff.name for staff in work.staff.all()}
        asked = (c for c in _asked(work.case_board, search) if who.may_open(c.handoff.team))
        return list(islice((c for c in asked if _has_words(c, search, names)), limit))


def _asked(board: CaseBoard, search: Search) -> Iterator[CaseCard]:
    """Whatever the words are, one lot after the other: a year of cases fits in no query."""
    last: Handoff | None = None
    while some := board.asked_between(
        search.start, search.end, team=search.team, outcome=search.outcome, after=last
    ):
        yield from some
        last = some[-1].handoff


def change_agent(
    parts: DeskParts,
    who: Staff,
    username: str,
    teams: frozenset[str],
    skills: frozenset[str],
    languages: frozenset[str],
    capacity: int,
) -> Staff:
    """What an agent can do, from now on. The change is in the staff log. Raises AgentWrong."""
    with parts.store.begin() as work:
        held = work.staff.named(username)
        if held is None or not 1 <= capacity <= MOST_AT_ONCE:
            raise AgentWrong
        changed = replace(
            held,
            teams=teams,
            skills=skills,
            languages=languages or frozenset({"en"}),
            capacity=capacity,
        )
        work.staff.save(changed)
        detail = {
            "teams": sorted(teams),
            "skills": sorted(skills),
            "languages": sorted(changed.languages),
            "capacity": capacity,
        }
        now = parts.turn.clock.now()
        work.staff_log.write(LogEntry(now, who.username, "agent_changed", username, detail))
        work.commit()
    parts.turn.live.changed([DESK])
    return changed


def _has_words(card: CaseCard, search: Search, names: Mapping[str, str]) -> bool:
    handoff = card.handoff
    agent = names.get(handoff.claimed_by or "", "")
    told = " ".join((handoff.id, *card.labels, agent, card.service or "")).casefold()
    return all(word in told for word in search.words.casefold().split())
