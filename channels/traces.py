"""Whether traces are made. Without a collector none are, and the exporter is not imported (the rest
of OpenTelemetry is: the action server's rasa_sdk imports it)."""

from __future__ import annotations

from typing import Protocol

import httpx
from fastapi import FastAPI

from bot.ports import Assistant


class Traces(Protocol):
    """Follows a message through the product (``channels/tracing.py``)."""

    def follow_requests(self, app: FastAPI) -> None:
        """A span for every request ``app`` answers, within the trace it came with."""

    def follow_assistant(self, assistant: Assistant, client: httpx.Client) -> Assistant:
        """``assistant`` whose every call is a span; ``client``, which it calls with, says so."""

    def follow_gateways(self, client: httpx.AsyncClient) -> None:
        """A span for every call of a council system."""


def make_tracing(url: str) -> Traces | None:
    """Traces to the collector at ``url`` (``http://HOST:4318``); None where none is named."""
    if not url:
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    from channels.tracing import Tracing

    return Tracing(OTLPSpanExporter(endpoint=f"{url.rstrip('/')}/v1/traces", timeout=5))
