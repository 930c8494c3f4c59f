"""The rule of ``bot.guarded`` where whole lists are read from the database."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.staff import SAFEGUARDING
from bot.stores.schema import handoffs


def is_guarded() -> sa.ColumnElement[bool]:
    """That a case is or ever was the safeguarding team's."""
    return sa.or_(handoffs.c.team == SAFEGUARDING, handoffs.c.was_safeguarding)


def guarded_conversations() -> sa.Select[Any]:
    """The ids of conversations with such a case."""
    return sa.select(handoffs.c.conversation_id).where(is_guarded())
