"""The desk's parts, made from the product's."""

from __future__ import annotations

from bot.desk_parts import DeskParts
from bot.stores.staff_sql import SqlStaffStore
from channels.parts import Parts


def desk_parts(parts: Parts) -> DeskParts:
    """What every act at the desk works with."""
    tells = bool(parts.settings.desk_webhook)
    return DeskParts(parts.turn, SqlStaffStore(parts.engine), tells_events=tells)
