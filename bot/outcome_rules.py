"""What became of a conversation, told from what is known when it has been silent for a while.

Nobody is counted as helped on a guess: *resolved* is what the citizen confirmed, or where they
could have come back (we would have known their number) and did not. Somebody who left in the
middle of a question has *abandoned* it. Who comes back about the same thing within a week was
not helped the first time, whatever was thought then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from bot.conversation import Conversation
from bot.outcome import APPEALED, Outcome
from bot.turn_record import TurnRecord

SILENT = timedelta(hours=24)
COMES_BACK = timedelta(days=7)
ASKING = "answered_asking"
"""The ending of a turn that ended with a question to the citizen."""
CONTENT = frozenset({"thanks", "goodbye"})
"""What somebody says who has what they came for."""


def judge(
    conversation: Conversation,
    turns: Sequence[TurnRecord],
    known: Collection[Outcome],
    later: Iterable[tuple[Conversation, Sequence[TurnRecord]]],
    now: datetime,
) -> tuple[str, str] | None:
    """The outcome to note now and who says so (citizen or system), or None.

    ``turns`` in order; ``later`` are conversations from the same number that began after this
    one, each with its turns. One that a person took is that person's to judge, but for
    coming back.
    """
    held = {outcome.code for outcome in known} - {APPEALED}
    if not turns or now - conversation.last_at < SILENT:
        return None
    if "recontacted" not in held and _came_back(conversation, turns, later):
        return "recontacted", "system"
    if held:
        return None
    if turns[-1].ending == ASKING:
        return "abandoned", "system"
    if turns[-1].intent in CONTENT and _services(turns):
        return "resolved", "citizen"
    waited = now - conversation.last_at >= COMES_BACK
    if waited and conversation.address and _services(turns) and not turns[-1].misunderstood:
        return "resolved", "system"
    return None


def _came_back(
    conversation: Conversation,
    turns: Sequence[TurnRecord],
    later: Iterable[tuple[Conversation, Sequence[TurnRecord]]],
) -> bool:
    about = _services(turns)
    return any(
        timedelta(0) < other.started_at - conversation.last_at <= COMES_BACK
        and about & _services(said)
        for other, said in later
    )


def _services(turns: Iterable[TurnRecord]) -> set[str]:
    return {turn.service for turn in turns if turn.service}
