"""The database of the product, opened with the keys that belong to it."""

from __future__ import annotations

import sqlalchemy as sa

from bot.stores.engine import LONGEST_WAIT, open_engine
from channels.contact_keys import KeyFile
from channels.settings import Settings


def open_database(settings: Settings, longest_wait: float = LONGEST_WAIT) -> sa.Engine:
    """An engine that seals and opens contact details. The tables must be there (``migrate``)."""
    return open_engine(settings.database_url, KeyFile(settings.contact_keys), longest_wait)
