"""What monitoring reads: how many requests, how long, and what waits (Prometheus text format).

No label says who: routes are named by their pattern, never by their address.
"""

from __future__ import annotations

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.handoff import HandoffStatus
from bot.stores import schema as t

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The counts of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "fairway_request_seconds",
            "requests answered, by route and status, and how long they took",
            ["method", "route", "status"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self.in_progress = Gauge(
            "fairway_requests_in_progress", "requests being answered", registry=self._registry
        )
        self.turned_away = Counter(
            "fairway_requests_turned_away", "requests refused as too much", registry=self._registry
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note one answered request. ``route`` is its pattern (``/chat/photos/{photo_id}.jpg``)."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def text(self, engine: sa.Engine) -> bytes:
        """Everything, with what the database holds at this moment."""
        held = CollectorRegistry()
        held.register(_Held(engine))
        return generate_latest(self._registry) + generate_latest(held)


class _Held(Collector):
    """What the database holds."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def describe(self) -> list[GaugeMetricFamily]:
        return []  # or the database would be asked when this is registered, too

    def collect(self) -> list[GaugeMetricFamily]:
        try:
            with self._engine.connect() as db:
                return _families(db)
        except sa.exc.SQLAlchemyError:
            return [_gauge("fairway_database_up", "whether the database answers", "", [("", 0)])]


def _families(db: sa.Connection) -> list[GaugeMetricFamily]:
    by_status = _by(db, t.handoffs.c.status)
    waiting = dict(by_status).get(HandoffStatus.WAITING.value, 0)
    open_parcels = (t.outbox.c.done_at.is_(None), t.outbox.c.given_up_at.is_(None))
    parcels = _by(db, t.outbox.c.kind, *open_parcels)
    given_up = _by(db, t.outbox.c.kind, t.outbox.c.given_up_at.is_not(None))
    off = [(str(name), 1) for name in db.execute(sa.select(t.switches.c.name)).scalars()]
    return [
        _gauge("fairway_database_up", "whether the database answers", "", [("", 1)]),
        _gauge(
            "fairway_conversations",
            "conversations held, by medium",
            "medium",
            _by(db, t.conversations.c.medium),
        ),
        _gauge(
            "fairway_turns",
            "turns recorded, by how they ended",
            "ending",
            _by(db, t.turn_records.c.ending),
        ),
        _gauge("fairway_handoffs", "handoffs held, by status", "status", by_status),
        _gauge("fairway_handoffs_waiting", "citizens waiting for a person", "", [("", waiting)]),
        _gauge("fairway_outbox_waiting", "parcels still to be carried, by kind", "kind", parcels),
        _gauge("fairway_outbox_given_up", "parcels never carried, by kind", "kind", given_up),
        _gauge(
            "fairway_sms_undelivered",
            "text messages still to be sent",
            "",
            [("", dict(parcels).get("sms", 0))],
        ),
        _gauge("fairway_switched_off", "what is switched off", "name", off),
    ]


def _by(
    db: sa.Connection, column: sa.Column[str], *where: sa.ColumnElement[bool]
) -> list[tuple[str, int]]:
    query = sa.select(column, sa.func.count()).where(*where).group_by(column).order_by(column)
    return [(str(value), int(count)) for value, count in db.execute(query)]


def _gauge(name: str, about: str, label: str, rows: list[tuple[str, int]]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=[label] if label else [])
    for value, count in rows:
        family.add_metric([value] if label else [], count)
    return family
