"""How every gateway talks to a council system: time limits, retries, size limit, errors.

``Remote`` is the only place that does HTTP. A gateway writes the path and reads the answer.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode

import httpx
from pybreaker import CircuitBreaker, CircuitBreakerError
from tenacity import (
    AsyncRetrying,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from actions.gateways import wire
from actions.gateways.errors import (
    GatewayBusy,
    GatewayError,
    GatewayNonsense,
    GatewayRefused,
    GatewayResting,
    GatewaySlow,
    GatewayUnavailable,
    PostcodeUnknown,
    SlotTaken,
)

__all__ = [
    "GatewayBusy",
    "GatewayError",
    "GatewayNonsense",
    "GatewayRefused",
    "GatewayResting",
    "GatewaySlow",
    "GatewayUnavailable",
    "Limits",
    "PostcodeUnknown",
    "Remote",
    "SlotTaken",
    "in_path",
]

Form: TypeAlias = Sequence[tuple[str, str]]

_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(-[A-Za-z]{4})?(?:-[A-Za-z0-9]+)*")
"""One language, with its script where that is named: of "cy-GB" it is the Welsh that counts."""


@dataclass(frozen=True)
class Limits:
    """Seconds, tries after the first, and bytes. ``whole`` ends a call whatever happens:
    a server that drips one byte at a time never reaches the read limit. After ``trips`` calls
    in a row that found nobody there, the system is left alone for ``rest`` seconds."""

    connect: float = 2.0
    read: float = 5.0
    whole: float = 9.0
    retries: int = 2
    first_wait: float = 0.2
    max_bytes: int = 1_000_000
    trips: int = 5
    rest: float = 15.0


def in_path(text: str) -> str:
    """Text made safe as one step of a URL's path."""
    step = quote(wire.sendable(text), safe="")
    # "." and ".." would climb the path instead of naming something in it.
    return step if step.strip(".") else "%00"


class Remote:
    """One council system at one address."""

    def __init__(self, client: httpx.AsyncClient, url: str, limits: Limits | None = None) -> None:
        self.url = url.rstrip("/")
        self._client, self._limits = client, limits or Limits()
        self._breaker = CircuitBreaker(
            fail_max=self._limits.trips,
            reset_timeout=self._limits.rest,
            exclude=[_is_no_outage],
            throw_new_error_on_trip=False,
        )

    async def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> object:
        """The decoded answer. Tried again when the system is down."""
        return (await self.get_words(path, params, headers))[0]

    async def get_words(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[object, str]:
        """The same, and the language its words are in: what Content-Language says, or English,
        which is what council systems speak that do not say."""
        asked = {name: wire.sendable(value) for name, value in (params or {}).items()}
        request = self._request("GET", path, params=asked, headers=headers)
        return await self._send(request, self._limits.retries)

    async def post(
        self,
        path: str,
        *,
        form: Form | None = None,
        json: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = False,
    ) -> object:
        """The decoded answer. Tried again only where repeating is known to be harmless.
        ``content`` is a body that must go out as it is, for it is signed."""
        body = content if form is None else _encoded(form)
        kind = {} if form is None else {"Content-Type": "application/x-www-form-urlencoded"}
        request = self._request(
            "POST", path, content=body, json=json, headers={**kind, **(headers or {})}
        )
        return (await self._send(request, self._limits.retries if repeatable else 0))[0]

    async def delete(self, path: str) -> None:
        """Tried again: deleting twice is deleting once."""
        await self._send(self._request("DELETE", path), self._limits.retries)

    def _request(self, method: str, path: str, **parts: Any) -> httpx.Request:
        timeout = httpx.Timeout(self._limits.read, connect=self._limits.connect)
        try:
            return self._client.build_request(method, self.url + path, timeout=timeout, **parts)
        except (httpx.InvalidURL, UnicodeEncodeError) as error:
            raise GatewayUnavailable("A council system's address cannot be used") from error

    async def _send(self, request: httpx.Request, retries: int) -> tuple[object, str]:
        """The answer, unless the system has just failed so often that it is left alone: then
        the citizen hears at once what to do instead of waiting for what will not come."""
        try:
            with self._breaker.calling():
                return await self._try(request, retries)
        except CircuitBreakerError as error:
            raise GatewayResting() from error

    async def _try(self, request: httpx.Request, retries: int) -> tuple[object, str]:
        first = self._limits.first_wait
        attempts = AsyncRetrying(
            stop=stop_after_attempt(retries + 1),
            wait=wait_exponential(multiplier=first, max=2) + wait_random(0, first),
            retry=retry_if_exception(_may_pass),
            reraise=True,
        )
        try:
            async with asyncio.timeout(self._limits.whole):
                return await attempts(self._once, request)
        except TimeoutError as error:
            raise GatewaySlow() from error

    async def _once(self, request: httpx.Request) -> tuple[object, str]:
        try:
            response = await self._client.send(request, stream=True, follow_redirects=False)
            try:
                body = await self._body(response)
            finally:
                await response.aclose()
        except httpx.DecodingError as error:
            raise GatewayNonsense("The answer could not be unpacked") from error
        except httpx.TimeoutException as error:
            raise GatewaySlow() from error
        except (httpx.RequestError, httpx.StreamError, httpx.InvalidURL) as error:
            raise GatewayUnavailable() from error
        return _read(response, body), _language(response)

    async def _body(self, response: httpx.Response) -> bytes:
        parts = bytearray()
        async for part in response.aiter_bytes():
            parts += part
            if len(parts) > self._limits.max_bytes:
                raise GatewayNonsense("The answer was far too long")
        return bytes(parts)


def _is_no_outage(error: BaseException) -> bool:
    """A refusal or a strange answer shows that somebody is there."""
    return not isinstance(error, GatewayUnavailable)


def _may_pass(error: BaseException) -> bool:
    # A system that is slow, or asks us to slow down, is not helped by asking at once again,
    # and the citizen is waiting.
    return isinstance(error, GatewayUnavailable) and not isinstance(
        error, GatewayBusy | GatewaySlow
    )


def _encoded(form: Form) -> bytes:
    return urlencode([(name, wire.sendable(value)) for name, value in form]).encode("ascii")


def _read(response: httpx.Response, body: bytes) -> object:
    status, kind = response.status_code, response.headers.get("content-type", "")
    if status == 429:
        raise GatewayBusy(wire.as_float(response.headers.get("retry-after")))
    if status >= 500 or status == 408:
        raise GatewayUnavailable()
    if status >= 400:
        raise _refusal(status, body, kind)
    if not 200 <= status < 300:
        raise GatewayNonsense("The answer sent us somewhere else")
    return wire.decode(body, kind) if body.strip() else None


def _language(response: httpx.Response) -> str:
    found = _LANGUAGE.fullmatch(response.headers.get("content-language", "").strip())
    return found[1].lower() + (found[2] or "").title() if found else "en"


def _refusal(status: int, body: bytes, kind: str) -> GatewayRefused:
    """The system's own code and words: Open311's list, or the plain ``error`` of others."""
    try:
        first = wire.as_objects(wire.decode(body, kind), "errors")[0]
    except (GatewayNonsense, IndexError):
        return GatewayRefused(str(status), "", status)
    said = first.get("description") or first.get("error") or first.get("detail")
    code = wire.as_text(first.get("code"), str(status))
    return GatewayRefused(code, wire.as_text(said), status)
