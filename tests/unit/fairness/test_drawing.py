"""What lies behind a figure is looked up by a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from channels.settings import ROOT
from fairness.errors import AuditError, NotLookedUp
from fairness.pages import drawing
from tests.unit.fairness.test_coding_pages import client, noted, place

__all__ = ["client", "noted", "place"]

SERVE = """
import asyncio, json, sys
from pathlib import Path
import httpx
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from bot.stores.engine import open_engine
from bot.stores.need_codes import SqlNeedCodes
from fairness.pages.routes import make_audit_router

url, shelf, *paths = sys.argv[1:]
app = FastAPI()
app.include_router(make_audit_router(
    url, Path(shelf), lambda: None, lambda title, body, request: HTMLResponse(body),
    csrf_field=lambda _: "", check_csrf=lambda: None, need_codes=SqlNeedCodes(open_engine(url)),
))

async def go():
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return [await client.get(path) for path in paths]

answers = [[one.status_code, one.text] for one in asyncio.run(go())]
print(json.dumps([answers, sorted({name.partition(".")[0] for name in sys.modules})]))
"""
OF_THE_AUDIT = {"pandas", "numpy", "scipy", "sklearn", "fairlearn", "duckdb", "pyarrow", "typst"}
FIGURE = "behind?measure=misunderstanding_rate&group=language:cy"


@pytest.fixture
def served(council, tmp_path):
    def ask(*paths: str):
        command = [sys.executable, "-c", SERVE, council.url, str(tmp_path / "reports"), *paths]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return ask


def test_the_serving_process_loads_no_library_of_the_audits_to_look_behind(served, place):
    (*others, shown), loaded = served("/audit", "/audit/coding", place, f"{place}/{FIGURE}")
    assert [status for status, _ in (*others, shown)] == [200, 200, 200, 200]
    assert shown[1].count("<h2") == 10 and "Those for which it happened." in shown[1]
    assert set(loaded) & OF_THE_AUDIT == set()
    assert "fairness" in loaded


def test_nor_for_a_report_of_before_its_links_were_kept_which_gets_them(served, place, tmp_path):
    about = next((tmp_path / "reports").glob("*/about.json"))
    held = json.loads(about.read_text())
    links = held.pop("links")
    about.write_text(json.dumps(held))
    (((status, page),), loaded) = served(place)
    assert status == 200 and set(loaded) & OF_THE_AUDIT == set()
    assert links and len(re.findall(r"behind\?", page)) == len(links)
    assert json.loads(about.read_text())["links"] == links


def test_a_process_that_says_nothing_is_told_as_that(client, place, monkeypatch):
    monkeypatch.setattr(drawing, "COMMAND", (sys.executable, "-c", "raise SystemExit(1)"))
    answer = client.get(f"{place}/{FIGURE}", role="ann")
    assert answer.status_code == 503 and str(NotLookedUp()) in answer.text
    monkeypatch.setattr(drawing, "COMMAND", (sys.executable, "-c", "input()"))
    monkeypatch.setattr(drawing, "PATIENCE", 0.01)
    assert client.get(f"{place}/{FIGURE}", role="ann").status_code == 503


def test_what_the_database_says_comes_through(client, council, place, tmp_path):
    wanted = drawing.Wanted(
        url=f"sqlite:///{tmp_path / 'gone.db'}",
        report=str(next((tmp_path / "reports").glob("*/report.json"))),
        measure="misunderstanding_rate", of="", group={"language": "cy"}, within={},
        since="", until="", seed="x",
    )  # fmt: skip
    with pytest.raises(AuditError, match="There is no database"):
        drawing.draw_behind(wanted)
