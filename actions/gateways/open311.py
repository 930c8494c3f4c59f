"""Report things to a council through Open311 GeoReport v2.

``Open311`` is the port the actions use; ``HttpOpen311`` speaks it to a real council (or to
the sandbox council). What councils really send is read in ``open311_wire.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Service:
    """One kind of thing the council takes reports of. ``answers``: realtime, batch, blackbox."""

    code: str
    name: str
    description: str = ""
    groups: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    has_questions: bool = False
    answers: str = "realtime"


@dataclass(frozen=True)
class Question:
    """Something to ask the citizen. ``options`` are (key to send, name to show) pairs.

    ``datatype``: string, number, datetime, text, singlevaluelist or multivaluelist.
    """

    code: str
    datatype: str
    text: str
    required: bool
    options: tuple[tuple[str, str], ...] = ()
    order: int = 0
    hint: str = ""


@dataclass(frozen=True)
class ServiceDefinition:
    """What to ask (``questions``, in order), what to show (``notices``), and what never to
    ask because the council's own software fills it in (``automated``, codes)."""

    code: str
    questions: tuple[Question, ...] = ()
    notices: tuple[str, ...] = ()
    automated: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewRequest:
    """A report to send. Give latitude and longitude (degrees, WGS84) or an address.

    ``attributes``: question code → answer (an option's key, or a tuple of keys).
    ``idempotency_key``: the same key again is the same report, where the council honours it.
    """

    service_code: str
    description: str = ""
    latitude: float | None = None
    longitude: float | None = None
    address: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    attributes: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    media_urls: tuple[str, ...] = ()
    idempotency_key: str = ""


@dataclass(frozen=True)
class Receipt:
    """What the council gave back: a reference now, or a token to be swapped for one later."""

    reference: str | None
    token: str | None = None
    notice: str = ""


@dataclass(frozen=True)
class ExistingRequest:
    """A report the council already has. ``distance_m`` is set by ``nearby``."""

    reference: str
    status: str
    service_code: str = ""
    service_name: str = ""
    description: str = ""
    status_notes: str = ""
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    requested_at: datetime | None = None
    updated_at: datetime | None = None
    distance_m: float | None = None


@dataclass(frozen=True)
class RequestUpdate:
    """A step in a report's life (mySociety's extension). ``status`` is the council's word."""

    id: str
    reference: str
    status: str
    description: str = ""
    updated_at: datetime | None = None


class Open311(Protocol):
    """Every method raises GatewayUnavailable, GatewayRefused or GatewayNonsense."""

    async def services(self) -> tuple[Service, ...]:
        """Everything the council takes reports of."""

    async def definition(self, code: str) -> ServiceDefinition:
        """What to ask for one service; no questions at all is a valid answer."""

    async def submit(self, request: NewRequest) -> Receipt:
        """Send a report. Never retried by itself: it may have arrived."""

    async def request(self, reference: str) -> ExistingRequest:
        """One report the council has."""

    async def nearby(
        self, code: str, latitude: float, longitude: float, metres: float, days: int
    ) -> tuple[ExistingRequest, ...]:
        """Open reports of one service near a place, nearest first."""

    async def updates(self, since: datetime, until: datetime) -> tuple[RequestUpdate, ...]:
        """What happened to reports between two times (with zones)."""
