"""How Rasa calls the action server: one kept connection, little to carry, a short patience."""

from __future__ import annotations

from typing import Any

import aiohttp
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot.rasa import trace

PATIENCE = 10.0  # seconds for one action; Rasa alone would wait five minutes
RECENT = 2
"""Turns whose events are sent along. Actions read slots and the latest message; the whole
conversation would make every turn slower than the one before."""


class ActionEndpoint(EndpointConfig):
    """An ``EndpointConfig`` for ``action_endpoint`` that keeps its connection open."""

    _kept: aiohttp.ClientSession | None = None

    @classmethod
    def like(cls, other: EndpointConfig) -> ActionEndpoint:
        """The same address, headers and settings."""
        return cls(
            other.url,
            other.params,
            other.headers,
            other.basic_auth,
            other.token,
            other.token_name,
            other.cafile,
            **other.kwargs,
        )

    def session(self) -> aiohttp.ClientSession:
        """The kept session, opened at the first call."""
        if self._kept is None or self._kept.closed:
            self._kept = aiohttp.ClientSession(
                headers=self.headers,
                timeout=aiohttp.ClientTimeout(total=PATIENCE, connect=2.0),
                connector=aiohttp.TCPConnector(limit=64, keepalive_timeout=30),
            )
        return self._kept

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Post the action call; the answer's JSON.

        Raises ClientResponseError for a status of 400 or more, aiohttp.ClientError when the
        server cannot be reached or takes too long.
        """
        body = with_recent_events(kwargs.get("json") or {})
        parameters = self.combine_parameters({})
        try:
            async with self.session().post(
                self.url, json=body, params=parameters, headers=trace.headers()
            ) as response:
                if response.status >= 400:
                    text = await response.text()
                    raise ClientResponseError(response.status, response.reason or "", text)
                return await response.json()
        except TimeoutError as error:
            raise aiohttp.ServerTimeoutError from error


def with_recent_events(body: dict[str, Any]) -> dict[str, Any]:
    """The action call with only the events of the last turns."""
    tracker = body.get("tracker") or {}
    events = tracker.get("events") or []
    said = [place for place, event in enumerate(events) if event.get("event") == "user"]
    if len(said) <= RECENT:
        return body
    return {**body, "tracker": {**tracker, "events": events[said[-RECENT] :]}}
