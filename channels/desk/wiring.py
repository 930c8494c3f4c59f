"""The desk's parts, made from the product's."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from functools import cache

from bot.desk_offer import FirstToWhoHadIt
from bot.desk_parts import DeskParts
from bot.files.cards import load_cards, with_own
from bot.service_card import ServiceCard
from bot.stores.staff_sql import SqlStaffStore
from channels.parts import Parts
from channels.platform import publishing
from channels.settings import OWN_CARDS, ROOT, Settings

OFFERED_FOR = 10
"""Minutes that an offer holds where silent cases stay with their agent for good."""


def desk_parts(parts: Parts) -> DeskParts:
    """What every act at the desk works with."""
    settings = parts.settings
    key, wanted = settings.secrets.platform_key, bool(settings.amqp_url)
    store = publishing(SqlStaffStore(parts.engine), parts.turn.clock, key, wanted)
    return DeskParts(parts.turn, store, tells_events=bool(settings.desk_webhook))


def first_to_who_had_it(settings: Settings) -> FirstToWhoHadIt:
    """How a new case is kept. An offer holds as long as an agent may be silent."""
    holds = timedelta(minutes=settings.desk_silence or OFFERED_FOR)
    return FirstToWhoHadIt(lambda: uuid.uuid4().hex, holds)


def desk_cards(parts: Parts) -> Mapping[str, ServiceCard]:
    """The service cards, those that the council changed among them."""
    return with_own(_shipped_cards(), parts.settings.home / OWN_CARDS)


@cache
def _shipped_cards() -> Mapping[str, ServiceCard]:
    return load_cards(ROOT / "bot" / "services")
