"""What monitoring reads, and who may read it."""

from __future__ import annotations

import re

import httpx
import sqlalchemy as sa
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from channels.metrics import Metrics
from channels.web.health import make_metrics_router
from tests.unit.channels.web.test_api import Caller
from tests.web_kit import serve


def families(text: str) -> dict:
    return {family.name: family for family in text_string_to_metric_families(text)}


def test_requests_are_counted_by_pattern_and_never_by_address(site):
    caller = Caller(site)
    caller.says("hello")
    text = site.get("/metrics").text
    found = families(text)
    counts = {
        (s.labels["method"], s.labels["route"], s.labels["status"]): s.value
        for s in found["fairway_request_seconds"].samples
        if s.name.endswith("_count")
    }
    route = "/api/conversations/{conversation_id}/messages"
    assert counts["POST", route, "200"] == 1
    assert caller.started["id"] not in text
    assert found["fairway_turns"].samples[0].value == 1
    assert found["fairway_handoffs_waiting"].samples[0].value == 0
    assert found["fairway_database_up"].samples[0].value == 1


def test_s10_metrics_are_not_for_who_comes_through_a_proxy(site):
    headers = {"X-Forwarded-For": "203.0.113.9"}
    assert site.get("/metrics", headers=headers).status_code == 404


def test_the_private_listener_has_them_too(parts):
    app = FastAPI()
    app.include_router(make_metrics_router(parts))
    with serve(app) as served:
        text = httpx.get(f"{served.url}/metrics", timeout=60, trust_env=False).text
    assert "fairway_conversations" in families(text)


def test_f3_without_the_database_the_rest_is_still_told():
    gone = sa.create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    text = Metrics().text(gone).decode()
    assert families(text)["fairway_database_up"].samples[0].value == 0
    assert re.search(r"^fairway_requests_in_progress 0", text, re.M)
