"""Carries events from the outbox to the broker.

At least once and, from one process, in order: a receiver drops what has an id it has seen. While
the broker is away events wait in the database, and citizens notice nothing.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import DeliveryUnavailable
from bot.ports import Parcel
from bot.turn_state import TurnParts
from channels.background import Rounds
from channels.parts import Parts
from channels.platform.events import EVENT

if TYPE_CHECKING:
    from channels.platform.broker import Broker

log = logging.getLogger(__name__)
ROUND = 1.0  # seconds
LEASE = timedelta(seconds=30)
"""As long as events wait that a killed process had taken; more than handing AT_ONCE over takes."""
AT_ONCE = 100
REST = timedelta(seconds=10)
"""How long events wait after the broker was away."""


class Carrier:
    """``run_once`` is one round."""

    def __init__(self, parts: TurnParts, broker: Broker) -> None:
        self._parts, self._broker = parts, broker

    def run_once(self) -> int:
        """Carry everything that is due; how much was."""
        carried = 0
        while parcels := self._lease():
            if not self._carry(parcels):
                break
            carried += len(parcels)
        return carried

    def _lease(self) -> list[Parcel]:
        now = self._parts.clock.now()
        with self._parts.store.begin() as work:
            parcels = work.outbox.lease(EVENT, now, now + LEASE, AT_ONCE)
            work.commit()
        return parcels

    def _carry(self, parcels: list[Parcel]) -> bool:
        """Whether the broker has them; if not they are due again in a while."""
        now, error = self._parts.clock.now(), ""
        try:
            self._broker.publish([(parcel.id, parcel.payload) for parcel in parcels])
        except DeliveryUnavailable as away:
            error = str(away)
            log.warning("events wait: %s", error)
        with self._parts.store.begin() as work:
            for parcel in parcels:
                if error:
                    work.outbox.again(parcel.id, now + REST, error)
                else:
                    work.outbox.done(parcel.id, now)
            work.commit()
        return not error


def start_carrier(parts: Parts) -> Rounds | None:
    """A carrier at work, where a broker is set up."""
    if not parts.settings.amqp_url:
        return None
    # Imported here: a default installation starts sooner without it.
    from channels.platform.broker import RabbitBroker

    broker = RabbitBroker(parts.settings.amqp_url)
    carrier = Carrier(parts.turn, broker)
    return Rounds("events", carrier.run_once, ROUND, ROUND, at_end=broker.close).start()
