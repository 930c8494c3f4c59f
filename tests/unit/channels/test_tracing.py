"""A message is one trace from the channel over Rasa and the action to the council's system."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI, Request
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from channels.assistant_memory import MemoryAssistant
from channels.traces import make_tracing
from channels.tracing import Tracing
from tests.unit.channels.web.test_api import Caller
from tests.web_kit import NowClock, make_parts, public_app, serve


class ByHttp(MemoryAssistant):
    """Asks over HTTP first, as Rasa is asked, which calls the actions, which call the council."""

    def __init__(self, client: httpx.Client, url: str) -> None:
        super().__init__()
        self.client, self.url = client, url

    def ask(self, *asked, **rest):
        self.client.post(f"{self.url}/webhook").raise_for_status()
        return super().ask(*asked, **rest)


@pytest.fixture
def exporter():
    return InMemorySpanExporter()


@pytest.fixture
def tracing(exporter):
    made = Tracing(exporter)
    yield made
    made.stop()


def test_one_message_is_one_trace_through_every_part(tmp_path, exporter, tracing):
    private, gateways = FastAPI(), httpx.AsyncClient(trust_env=False, timeout=60)
    tracing.follow_gateways(gateways)
    seen = []

    @private.get("/council")
    async def council(request: Request) -> dict:
        seen.append(request.headers.get("traceparent"))
        return {}

    @private.post("/webhook")
    async def webhook(request: Request) -> dict:
        base = f"http://127.0.0.1:{request.url.port}"
        (await gateways.get(f"{base}/council?q=canary")).raise_for_status()
        await gateways.aclose()
        return {}

    tracing.follow_requests(private)
    with serve(private) as inner, httpx.Client(trust_env=False, timeout=60) as client:
        assistant = tracing.follow_assistant(ByHttp(client, inner.url), client)
        parts = make_parts(tmp_path, assistant, NowClock())
        app = public_app(parts)
        tracing.follow_requests(app)
        with (
            serve(app) as outer,
            httpx.Client(base_url=outer.url, trust_env=False, timeout=60) as site,
        ):
            caller = Caller(site)
            caller.says("canary words")
        parts.engine.dispose()
    tracing.flush()
    spans = {span.name: span for span in exporter.get_finished_spans()}
    said = spans["POST /api/conversations/{conversation_id}/messages"]
    trace = said.context.trace_id
    chain = ["ask rasa", "POST /webhook", "call 127.0.0.1"]
    assert [spans[name].context.trace_id for name in chain] == [trace] * 3
    assert spans["ask rasa"].parent.span_id == said.context.span_id
    assert spans["POST /webhook"].parent.span_id == spans["ask rasa"].context.span_id
    assert seen == [None], "the council's system is not told of our traces"
    told = "".join(span.to_json() for span in exporter.get_finished_spans())
    assert "canary" not in told and caller.started["id"] not in told


def test_a_failure_is_told_by_its_kind_alone(exporter, tracing):
    with pytest.raises(ValueError), tracing.span("x"):
        raise ValueError("canary")
    tracing.flush()
    (span,) = exporter.get_finished_spans()
    assert span.status.description == "ValueError" and "canary" not in span.to_json()


def test_without_a_collector_there_are_no_traces():
    assert make_tracing("") is None
