"""The words of Open311 GeoReport v2, as plain frozen types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


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
    ask because the council's own software fills it in (``automated``, codes). ``language``: of
    their words."""

    code: str
    questions: tuple[Question, ...] = ()
    notices: tuple[str, ...] = ()
    automated: tuple[str, ...] = ()
    language: str = "en"


@dataclass(frozen=True)
class NewRequest:
    """A report to send. Give latitude and longitude (degrees, WGS84) or an address.

    ``attributes``: question code → answer (an option's key, or a tuple of keys).
    ``idempotency_key``: the same key again is the same report, where the council honours it.
    ``language``: of the notice that comes back, where the council has it.
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
    language: str = "en"


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
