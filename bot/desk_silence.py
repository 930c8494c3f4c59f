"""A citizen who is not answered goes back to the queue, and is told so."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.case_card import CaseCard
from bot.case_extras import CaseNote
from bot.desk_events import put_event
from bot.desk_parts import DeskParts, tell
from bot.errors import HandoffTaken
from bot.handoff import HandoffStatus, wait_again
from bot.ports import DESK, POST
from bot.staff import LogEntry
from bot.staff_ports import StaffWork

BY_THE_CLOCK = "(fairway)"


def return_silent(parts: DeskParts, limit: timedelta) -> list[str]:
    """The cases that were taken from agents who have not answered for ``limit``; their ids.

    The time runs from the citizen's last words, or from when the agent took the case. A citizen
    keeps the place in the queue that their waiting time gives them. A case with a promised call
    is left alone until the promise has passed: nobody waits at the other end.
    """
    with parts.store.begin() as work:
        now = parts.turn.clock.now()
        silent = [card for card in work.case_board.open() if _is_silent(card, now, limit)]
    return [card.handoff.id for card in silent if _send_back(parts, card, limit)]


def _is_silent(card: CaseCard, now: datetime, limit: timedelta) -> bool:
    handoff, waits = card.handoff, card.citizen_waits_since
    if handoff.status is not HandoffStatus.CLAIMED or waits is None:
        return False
    if card.promised is not None and now <= card.promised:
        return False
    return now - max(waits, handoff.claimed_at or waits) > limit


def _send_back(parts: DeskParts, card: CaseCard, limit: timedelta) -> bool:
    """Look again with the conversation in hand: the answer may have come meanwhile."""
    whose = card.handoff.conversation_id
    with parts.turn.locks.hold(whose), parts.store.begin() as work:
        now = parts.turn.clock.now()
        held = next((c for c in work.case_board.open() if c.handoff == card.handoff), None)
        if held is None or not _is_silent(held, now, limit):
            return False
        try:
            _keep(parts, work, held, now)
        except HandoffTaken:
            return False
        work.commit()
    parts.turn.live.changed([whose, DESK, POST])
    return True


def _keep(parts: DeskParts, work: StaffWork, card: CaseCard, now: datetime) -> None:
    handoff = card.handoff
    back = wait_again(handoff)
    work.handoffs.save(back, was=handoff)
    conversation = work.conversations.get(handoff.conversation_id)
    agent = work.staff.named(handoff.claimed_by or "")
    if conversation is not None:
        name = agent.first_name if agent else ""
        tell(parts, work, conversation, "handoff_requeued", agent=name)
    text = f"Back in the queue: {agent.name if agent else handoff.claimed_by} did not answer."
    note = CaseNote(
        parts.turn.new_id(), handoff.conversation_id, handoff.id, BY_THE_CLOCK, "silence", text, now
    )
    work.notes.add(note)
    detail = {"from": handoff.claimed_by or ""}
    work.staff_log.write(LogEntry(now, BY_THE_CLOCK, "case_sent_back", handoff.id, detail))
    if parts.tells_events:
        key = parts.turn.new_id()
        put_event(work.outbox, key, "case_sent_back", back, BY_THE_CLOCK, now, detail)
