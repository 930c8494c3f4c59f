"""What becomes of a report or request, in words that every council system's own words map to.

The words of mySociety's servicerequestupdates, of plain GeoReport v2 and of Fairway's own case
API all end in one of these states; each has a reply ``case_state_<state>``.
"""

from __future__ import annotations

from dataclasses import dataclass

STATE = {
    "open": "open",
    "reopen": "open",
    "received": "open",
    "for_triage": "looking",
    "investigating": "looking",
    "internal_referral": "looking",
    "in_progress": "planned",
    "planned": "planned",
    "action_scheduled": "planned",
    "fixed": "fixed",
    "done": "fixed",
    "duplicate": "duplicate",
    "not_councils_responsibility": "not_ours",
    "no_further_action": "no_action",
    "closed": "closed",
}
"""A council system's word → the state a citizen is told."""
OVER = frozenset({"fixed", "duplicate", "not_ours", "no_action", "closed"})
"""States after which nothing more is to be expected."""


@dataclass(frozen=True)
class CaseNews:
    """How a report or request is. ``state`` is one of STATE's values; ``words`` are the
    team's own, which may be empty."""

    reference: str
    state: str
    words: str = ""

    @property
    def is_over(self) -> bool:
        """Whether this was the last of it."""
        return self.state in OVER


def state_of(word: str) -> str:
    """The state a council system's word means; an unknown word is read as still open, for
    nobody may be told that something is finished on a guess."""
    return STATE.get(word.strip().lower(), "open")
