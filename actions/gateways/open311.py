"""Report things to a council through Open311 GeoReport v2.

``Open311`` is the port the actions use; ``HttpOpen311`` speaks it to a real council (or to
the sandbox council). What councils really send is read in ``open311_wire.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol

from actions.gateways import open311_wire
from actions.gateways.base import (
    GatewayError,
    GatewayNonsense,
    GatewayRefused,
    Remote,
    in_path,
)
from actions.gateways.geo import kilometres_between
from actions.gateways.open311_types import (
    ExistingRequest,
    NewRequest,
    Question,
    Receipt,
    RequestUpdate,
    Service,
    ServiceDefinition,
)

__all__ = [
    "ExistingRequest",
    "HttpOpen311",
    "NewRequest",
    "Open311",
    "Question",
    "Receipt",
    "RequestUpdate",
    "Service",
    "ServiceDefinition",
]

LONGEST_SPAN = 90  # days; GeoReport v2 promises no more in one question


class Open311(Protocol):
    """Every method raises GatewayUnavailable, GatewayRefused or GatewayNonsense."""

    async def services(self) -> tuple[Service, ...]:
        """Everything the council takes reports of."""

    async def definition(self, code: str, language: str = "en") -> ServiceDefinition:
        """What to ask for one service; no questions at all is a valid answer. Many councils
        have their questions in one language only, whatever ``language`` is asked for."""

    async def submit(self, request: NewRequest) -> Receipt:
        """Send a report. Never retried by itself: it may have arrived, and after
        GatewaySlow or GatewayNonsense nobody can tell, so a person should look."""

    async def request(self, reference: str) -> ExistingRequest:
        """One report the council has."""

    async def nearby(
        self, code: str, latitude: float, longitude: float, metres: float, days: int
    ) -> tuple[ExistingRequest, ...]:
        """Open reports of one service near a place, nearest first."""

    async def updates(self, since: datetime, until: datetime) -> tuple[RequestUpdate, ...]:
        """What happened to reports between two times (with zones)."""


class HttpOpen311:
    """GeoReport v2 over HTTP. ``remote`` is the endpoint that ``services.json`` is under."""

    def __init__(
        self,
        remote: Remote,
        now: Callable[[], datetime],
        api_key: str = "",
        jurisdiction_id: str = "",
        form: Literal["json", "xml"] = "json",
    ) -> None:
        """``now`` gives a time with a zone; ``form`` is xml for a council that has only that."""
        self._remote, self._now, self._form = remote, now, form
        self._api_key, self._jurisdiction = api_key, jurisdiction_id

    async def services(self) -> tuple[Service, ...]:
        return open311_wire.read_services(await self._get("services"))

    async def definition(self, code: str, language: str = "en") -> ServiceDefinition:
        try:
            answer, spoken = await self._remote.get_words(
                f"/services/{in_path(code)}.{self._form}", self._whose, _speaking(language)
            )
        except GatewayRefused as refusal:
            # A service without questions has no definition to fetch: 404 is its right answer.
            if refusal.status == 404 and await self._takes_no_answers(code):
                return ServiceDefinition(code)
            raise
        return replace(open311_wire.read_definition(answer, code), language=spoken)

    async def submit(self, request: NewRequest) -> Receipt:
        key = {"Idempotency-Key": in_path(request.idempotency_key)}
        answer = await self._remote.post(
            f"/requests.{self._form}",
            form=open311_wire.write_request(request, self._api_key, self._jurisdiction),
            headers=_speaking(request.language) | (key if request.idempotency_key else {}),
        )
        receipt = open311_wire.read_receipt(answer)
        return receipt if receipt.reference else await self._exchange(receipt)

    async def request(self, reference: str) -> ExistingRequest:
        answer = await self._get(f"requests/{in_path(reference)}")
        found = open311_wire.read_requests(answer)
        if len(found) != 1:
            raise GatewayNonsense(f"One report was asked for and {len(found)} came")
        return found[0]

    async def nearby(
        self, code: str, latitude: float, longitude: float, metres: float, days: int
    ) -> tuple[ExistingRequest, ...]:
        since = self._now() - timedelta(days=min(days, LONGEST_SPAN))
        asked = {"service_code": code, "status": "open", "start_date": w3c(since)}
        place = {
            "lat": f"{latitude:.6f}",
            "long": f"{longitude:.6f}",
            "radius": f"{metres:g}",
        }
        try:
            answer = await self._get("requests", {**asked, **place})
        except GatewayRefused as refusal:
            # The place is no part of GeoReport v2, and mySociety's adapter refuses it.
            if refusal.status != 400:
                raise
            answer = await self._get("requests", asked)
        found = open311_wire.read_requests(answer)
        here = (with_distance(request, latitude, longitude) for request in found)
        near = (request for request in here if _is_near(request, code, metres, since))
        return tuple(sorted(near, key=lambda request: request.distance_m or 0.0))

    async def updates(self, since: datetime, until: datetime) -> tuple[RequestUpdate, ...]:
        asked = {"start_date": w3c(since), "end_date": w3c(until)}
        return open311_wire.read_updates(await self._get("servicerequestupdates", asked))

    async def _get(self, path: str, asked: Mapping[str, str] | None = None) -> object:
        return await self._remote.get(
            f"/{path}.{self._form}", {**self._whose, **(asked or {})}, _speaking("en")
        )

    @property
    def _whose(self) -> dict[str, str]:
        return {"jurisdiction_id": self._jurisdiction} if self._jurisdiction else {}

    async def _takes_no_answers(self, code: str) -> bool:
        found = [service for service in await self.services() if service.code == code]
        return bool(found) and not found[0].has_questions

    async def _exchange(self, receipt: Receipt) -> Receipt:
        # The report has arrived, so nothing that goes wrong here may look like a failure.
        try:
            answer = await self._get(f"tokens/{in_path(receipt.token or '')}")
            reference = open311_wire.read_receipt(answer).reference
        except GatewayError:
            return receipt
        return replace(receipt, reference=reference)


def w3c(moment: datetime) -> str:
    """A date and time as GeoReport v2 writes it: whole seconds, UTC, Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def with_distance(request: ExistingRequest, latitude: float, longitude: float) -> ExistingRequest:
    """The report with its distance from a point in metres, where it says where it is."""
    if request.latitude is None or request.longitude is None:
        return request
    kilometres = kilometres_between(latitude, longitude, request.latitude, request.longitude)
    return replace(request, distance_m=round(kilometres * 1000, 1))


def _is_near(request: ExistingRequest, code: str, metres: float, since: datetime) -> bool:
    # Checked here as well: many councils ignore the place, the radius or the dates.
    return (
        request.distance_m is not None
        and request.distance_m <= metres
        and request.status == "open"
        and request.service_code in {code, ""}
        and (request.requested_at is None or request.requested_at >= since)
    )


def _speaking(language: str) -> dict[str, str]:
    """GeoReport v2 has no word for language; HTTP has, and who cannot use it ignores it."""
    return {"Accept-Language": in_path(language)}
