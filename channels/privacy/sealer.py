"""Seals contact details that are not sealed with the newest key, little by little."""

from __future__ import annotations

import logging

from bot.stores.reseal import Resealed, reseal
from channels.background import Rounds
from channels.parts import Parts
from channels.privacy.erase import Places, empty_journals, places_of

log = logging.getLogger(__name__)
FIRST = 900.0
"""Seconds after the start: when a key that was made at the start has begun to seal."""
HOUR = 3600.0


def seal_all(places: Places) -> Resealed:
    """Seal everything with the newest key, and leave nothing of how it was in SQLite's journal."""
    done = reseal(places.engine)
    if done.sealed:
        empty_journals(places)
        log.info("contact details sealed: %d", done.sealed)
    return done


def start_sealer(parts: Parts) -> Rounds:
    """At work; several processes may be: each value is sealed once."""
    places = places_of(parts.settings, parts.engine)
    return Rounds("sealing", lambda: seal_all(places), HOUR, FIRST).start()
