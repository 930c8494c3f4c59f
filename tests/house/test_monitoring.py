"""Dashboard and alerts speak of what the product really exposes, and of nothing else."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot.ports import Parcel
from bot.stores.switches import SqlSwitches
from bot.switches import Off
from channels.desk.referrals import REFERRAL
from tests.turn_kit import Citizen
from tests.web_kit import make_parts, public_app, serve

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "monitoring"
RULES = [
    rule
    for group in yaml.safe_load((FOLDER / "prometheus-alerts.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
DASHBOARD = json.loads((FOLDER / "grafana-dashboard.json").read_text("utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
OF_PROMETHEUS = {"up": {"job", "instance"}}
EXPRESSIONS = {rule["alert"]: rule["expr"] for rule in RULES} | {
    f"{panel['title']} {target['refId']}": target["expr"]
    for panel in PANELS
    for target in panel["targets"]
}
METRIC = re.compile(r"\b(?:fairway_\w+|up)\b(?=\s*[{)\[]|\s|$)(?P<labels>\{[^}]*\})?")
LABEL = re.compile(r'(\w+)\s*(=~|=|!~|!=)\s*"([^"]*)"')
GROUPED = re.compile(r"\b(?:by|ignoring)\s*\(([^)]*)\)")
LENGTH = re.compile(r"\d+[smhd]")


@pytest.fixture(scope="module")
def exposed(tmp_path_factory) -> dict[str, dict[str, set[str]]]:
    """Sample → label → values, of a product in which everything has happened once."""
    parts = make_parts(tmp_path_factory.mktemp("home"))
    now = datetime.now(UTC)
    Citizen(parts.turn).says("can i speak to a person please")
    with parts.turn.store.begin() as work:
        for kind in ("sms", "event", REFERRAL, "desk_event"):
            work.outbox.put(Parcel(f"open {kind}", kind, {}), now)
            work.outbox.put(Parcel(f"over {kind}", kind, {}), now)
            work.outbox.give_up(f"over {kind}", now, "")
        work.commit()
    SqlSwitches(parts.engine).switch_off(Off("sms", now, "jones", "because"))
    with (
        serve(public_app(parts)) as site,
        httpx.Client(base_url=site.url, timeout=60, trust_env=False) as web,
    ):
        begun = web.post("/api/conversations").json()
        headers = {"Authorization": f"Bearer {begun['token']}"}
        web.post(
            f"/api/conversations/{begun['id']}/messages", json={"text": "hi"}, headers=headers
        ).raise_for_status()
        web.post("/chat", data={"text": "hi"})
    parts.metrics.request("POST", "/chat", 503, 0.1)
    parts.metrics.turned_away.inc()
    found: dict[str, dict[str, set[str]]] = {}
    for family in text_string_to_metric_families(parts.metrics.text(parts.engine).decode()):
        for sample in family.samples:
            labels = found.setdefault(sample.name, {})
            for name, value in sample.labels.items():
                labels.setdefault(name, set()).add(value)
    parts.engine.dispose()
    return found


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_metric_and_label_is_one_that_the_product_exposes(exposed, name):
    expression = EXPRESSIONS[name]
    found = list(METRIC.finditer(expression))
    assert found, "it asks for nothing"
    known: set[str] = set()
    for match in found:
        metric = match[0].partition("{")[0]
        assert metric in exposed or metric in OF_PROMETHEUS, metric
        known |= set(exposed.get(metric, {})) | OF_PROMETHEUS.get(metric, set())
        for label, how, value in LABEL.findall(match["labels"] or ""):
            assert label in known, f"{metric} has no {label}"
            matches = re.compile(value if how.endswith("~") else re.escape(value)).fullmatch
            held = exposed.get(metric, {}).get(label, set())
            if metric in exposed and label != "ending":
                assert any(map(matches, held)), f"no {metric} has {label} like {value}"
    for names in GROUPED.findall(expression):
        assert {one.strip() for one in names.split(",")} <= known


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_brackets_and_lengths_of_time_are_right(name):
    expression = re.sub(r'"[^"]*"', '""', EXPRESSIONS[name])
    for opening, closing in ("()", "[]", "{}"):
        assert expression.count(opening) == expression.count(closing)
    for length in re.findall(r"\[([^\]]*)\]", expression):
        assert all(LENGTH.fullmatch(part) for part in length.split(":")), length


def test_endings_that_are_named_are_endings():
    turns = (ROOT / "bot" / "turn_steps.py").read_text("utf-8")
    turns += (ROOT / "bot" / "handoff.py").read_text("utf-8")
    for ending in re.findall(r'ending="(\w+)"', " ".join(EXPRESSIONS.values())):
        assert f'"{ending}"' in turns


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_alert_says_how_soon_and_what_to_do(rule):
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert LENGTH.fullmatch(rule.get("for", "1m"))
    assert set(rule["annotations"]) == {"summary", "description"}
    assert len(rule["annotations"]["description"]) > 40


def test_every_alert_is_on_the_page_for_operators():
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert set(re.findall(r"^\| `(Fairway\w+)` \|", page, re.M)) == {r["alert"] for r in RULES}


def test_what_is_exposed_and_worth_watching_is_on_the_dashboard(exposed):
    asked = " ".join(target["expr"] for panel in PANELS for target in panel["targets"])
    ours = {name for name in exposed if name.startswith("fairway_")}
    bookkeeping = {name for name in ours if name.endswith(("_sum", "_created"))}
    assert [name for name in sorted(ours - bookkeeping) if name not in asked] == []


def test_panels_do_not_lie_on_each_other_and_say_what_they_show():
    places = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        squares = {(at["x"] + i, at["y"] + j) for i in range(at["w"]) for j in range(at["h"])}
        assert not squares & places and at["x"] + at["w"] <= 24
        places |= squares
    assert all(len(panel["description"]) > 10 for panel in PANELS)
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
