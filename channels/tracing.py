"""Traces across channel → Rasa → action → gateway, for a collector that speaks OTLP.

Nothing of this runs unless ``FAIRWAY_OTLP_URL`` names one. A span says which route, how long and
how it ended; never an address, a conversation's id or a word. Rasa makes no spans: it hands the
trace on from our call to its call of the action (``bot/rasa/trace.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI
from opentelemetry import propagate
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.conversation import Conversation
from bot.need import Availability, Circumstances
from bot.ports import Assistant
from bot.understanding import Answer

PARENT = "traceparent"
_OF_OURS = "fairway.span"


class Tracing:
    """Makes spans and hands them to ``exporter``, in batches, behind the citizens' backs."""

    def __init__(self, exporter: SpanExporter, version: str = "") -> None:
        about = Resource({"service.name": "fairway", "service.version": version})
        self._provider = TracerProvider(resource=about)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("fairway")

    @contextmanager
    def span(
        self, name: str, kind: SpanKind = SpanKind.INTERNAL, within: Context | None = None
    ) -> Iterator[Span]:
        """A span for as long as the ``with`` block takes. An error is told by its kind alone."""
        with self._tracer.start_as_current_span(
            name, context=within, kind=kind, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except Exception as error:
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise

    def begin(self, name: str, kind: SpanKind) -> Span:
        """A span that somebody else ends."""
        return self._tracer.start_span(name, kind=kind)

    def follow_requests(self, app: FastAPI) -> None:
        """A span for every request ``app`` answers, within the trace it came with."""
        app.add_middleware(_Traced, tracing=self)

    def follow_assistant(self, assistant: Assistant, client: httpx.Client) -> Assistant:
        """``assistant`` whose every call is a span; ``client``, which it calls with, says so."""

        def hand_on(request: httpx.Request) -> None:
            held: dict[str, str] = {}
            propagate.inject(held)
            if PARENT in held:
                request.headers[PARENT] = held[PARENT]

        client.event_hooks["request"].append(hand_on)
        return TracedAssistant(assistant, self)

    def follow_gateways(self, client: httpx.AsyncClient) -> None:
        """A span for every call of a council system. It is not told of our traces."""

        async def begin(request: httpx.Request) -> None:
            request.extensions[_OF_OURS] = self.begin(f"call {request.url.host}", SpanKind.CLIENT)

        async def end(response: httpx.Response) -> None:
            extensions: MutableMapping[str, Any] = response.request.extensions
            span = extensions.pop(_OF_OURS, None)
            if span is not None:
                span.set_attribute("http.response.status_code", response.status_code)
                span.end()

        client.event_hooks["request"].append(begin)
        client.event_hooks["response"].append(end)

    def flush(self) -> None:
        """Hand over what there is now."""
        self._provider.force_flush()

    def stop(self) -> None:
        """Hand over what is left."""
        self._provider.shutdown()


@dataclass(frozen=True)
class TracedAssistant:
    """An Assistant whose every call is a span."""

    inner: Assistant
    tracing: Tracing

    def ask(
        self,
        conversation: Conversation,
        message_id: str,
        text: str,
        circumstances: Circumstances,
        availability: Availability,
        *,
        for_desk: bool = False,
    ) -> Answer:
        """The inner answer. Raises AssistantUnavailable."""
        with self.tracing.span("ask rasa", SpanKind.CLIENT) as span:
            answer = self.inner.ask(
                conversation, message_id, text, circumstances, availability, for_desk=for_desk
            )
            span.set_attribute("fairway.intent", answer.understanding.intent)
            return answer


class _Traced:
    def __init__(self, app: ASGIApp, tracing: Tracing) -> None:
        self._app, self._tracing = app, tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        came_with = propagate.extract(_headers(scope))
        with self._tracing.span("request", SpanKind.SERVER, came_with) as span:

            async def noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            try:
                await self._app(scope, receive, noted)
            finally:
                route = getattr(scope.get("route"), "path", "other")
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.route", route)


def _headers(scope: Scope) -> Mapping[str, str]:
    found = dict(scope["headers"]).get(PARENT.encode(), b"")
    return {PARENT: found.decode("latin-1")} if found else {}
