"""Whether anything more can be said in a conversation, as the store has it now."""

from __future__ import annotations

from datetime import datetime

from bot.conversation import Conversation
from bot.ports import UnitOfWork


def is_over(work: UnitOfWork, conversation: Conversation, now: datetime) -> bool:
    """It was closed, or has been silent too long with no case of it open at the desk."""
    case_open = work.handoffs.open_of(conversation.id) is not None
    return conversation.is_over(now, case_open=case_open)
