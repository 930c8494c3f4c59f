"""The desk's parts, made from the product's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from bot.desk_parts import DeskParts
from bot.files.cards import load_cards, with_own
from bot.service_card import ServiceCard
from bot.stores.staff_sql import SqlStaffStore
from channels.parts import Parts
from channels.platform import publishing
from channels.settings import OWN_CARDS, ROOT


def desk_parts(parts: Parts) -> DeskParts:
    """What every act at the desk works with."""
    settings = parts.settings
    key, wanted = settings.secrets.platform_key, bool(settings.amqp_url)
    store = publishing(SqlStaffStore(parts.engine), parts.turn.clock, key, wanted)
    return DeskParts(parts.turn, store, tells_events=bool(settings.desk_webhook))


def desk_cards(parts: Parts) -> Mapping[str, ServiceCard]:
    """The service cards, those that the council changed among them."""
    return with_own(_shipped_cards(), parts.settings.home / OWN_CARDS)


@cache
def _shipped_cards() -> Mapping[str, ServiceCard]:
    return load_cards(ROOT / "bot" / "services")
