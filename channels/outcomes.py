"""Note what became of conversations that have gone silent. A round every hour, in the thread of
the follow-ups; looking twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.conversation import Conversation
from bot.outcome import Outcome
from bot.outcome_rules import COMES_BACK, SILENT, judge
from bot.ports import UnitOfWork
from bot.turn_record import TurnRecord
from bot.turn_state import TurnParts

SLACK = timedelta(days=2)
"""How long Fairway may have been off without a conversation being missed."""


def note_outcomes(parts: TurnParts) -> int:
    """How many outcomes were noted."""
    now = parts.clock.now()
    since, until = now - COMES_BACK - SLACK, now - SILENT
    with parts.store.begin() as work:
        silent = work.conversations.last_heard(since, until)
        noted = [one for c in silent for one in _judged(parts, work, c)]
        for outcome in noted:
            work.records.add_outcome(outcome)
        work.commit()
    return len(noted)


def _judged(parts: TurnParts, work: UnitOfWork, conversation: Conversation) -> Iterator[Outcome]:
    if work.handoffs.open_of(conversation.id) is not None:
        return
    now = parts.clock.now()
    turns = work.records.turns_of(conversation.id)
    known = work.records.outcomes_of(conversation.id)
    found = judge(conversation, turns, known, _later(work, conversation), now)
    if found:
        code, source = found
        yield Outcome(parts.new_id(), conversation.id, code, source, now)


def _later(
    work: UnitOfWork, conversation: Conversation
) -> list[tuple[Conversation, Sequence[TurnRecord]]]:
    if conversation.address is None:
        return []
    held = work.conversations.all_at(conversation.address)
    return [
        (other, work.records.turns_of(other.id))
        for other in held
        if other.started_at > conversation.last_at
    ]
