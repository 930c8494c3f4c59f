"""The desk's parts, made from the product's."""

from __future__ import annotations

from bot.desk_parts import DeskParts
from bot.stores.staff_sql import SqlStaffStore
from channels.parts import Parts
from channels.platform import publishing


def desk_parts(parts: Parts) -> DeskParts:
    """What every act at the desk works with."""
    settings = parts.settings
    key, wanted = settings.secrets.platform_key, bool(settings.amqp_url)
    store = publishing(SqlStaffStore(parts.engine), parts.turn.clock, key, wanted)
    return DeskParts(parts.turn, store, tells_events=bool(settings.desk_webhook))
