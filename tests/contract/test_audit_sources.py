"""Whether from SQLite, PostgreSQL, CSV or Parquet: the same conversations, the same findings."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
import sqlalchemy as sa

from bot.stores.engine import migrate, open_engine
from bot.stores.schema import metadata
from fairness.database import read_database
from fairness.decisions_file import read_decisions
from fairness.harm_weights import read_weights
from fairness.report.as_json import as_json
from tests.servers import postgres_database
from tests.unit.fairness.kit import report_on

START = datetime(2026, 1, 5, 9, 0, 0, 123456, tzinfo=UTC)
GROUPS = ("language", "medium")
HEADER = (
    "conversation_id", "turn", "at", "language", "medium", "service", "fallback", "misunderstood",
    "asked_channel", "route_channel", "agent_channel", "needed_channel", "outcome", "asked_at",
    "claimed_at", "way", "outcome_code", "minutes", "answer_not_taken",
)  # fmt: skip


def winter() -> dict[str, list[dict]]:
    """Rows of the tables: every ending, hand-overs taken, dropped and given back."""
    dice = random.Random(3)
    tables: dict[str, list[dict]] = {
        "conversations": [], "turn_records": [], "outcomes": [], "handoffs": [], "need_codes": [],
    }  # fmt: skip
    for number in range(160):
        name, began = f"c{number:04}", START + timedelta(hours=number, microseconds=number * 7)
        language, medium = dice.choice(["cy", "en", "en"]), dice.choice(["web", "sms"])
        tables["conversations"].append({
            "id": name, "medium": medium, "started_at": began, "last_at": began,
            "language": language, "language_chosen": False, "circumstances": {}, "told": {},
        })  # fmt: skip
        asked = dice.choice([None, None, "assisted", "face_to_face"])
        for turn in range(1, dice.randint(2, 6)):
            routed = dice.choice([None, "digital", "assisted"])
            tables["turn_records"].append({
                "id": f"{name}-{turn}", "conversation_id": name, "turn": turn,
                "at": began + timedelta(minutes=turn - 1), "medium": medium, "language": language,
                "ending": "answered", "intent": "x", "kind": "service",
                "service": dice.choice(["pothole", None]), "confidence": 0.9,
                "fallback": dice.random() < 0.1, "misunderstood": dice.random() < 0.2,
                "asked_channel": asked, "barriers": [], "adjustments": [],
                "route_channel": routed, "route_reasons": [], "route_alternatives": [],
                "policy_version": "p1", "model_version": "m1", "ms": 1.0,
                "answer_not_taken": dice.random() < 0.1,
            })  # fmt: skip
        code = dice.choice(["resolved", "abandoned", None])
        if code:
            ended = began + timedelta(minutes=dice.choice([7, 95, 3000]))
            tables["outcomes"].append({
                "id": f"{name}-o", "conversation_id": name, "code": code, "source": "system",
                "at": ended,
            })  # fmt: skip
        if asked == "assisted":
            asked_at = began + timedelta(seconds=30)
            wait = timedelta(seconds=dice.uniform(5, 900))
            taken = asked_at + wait if dice.random() < 0.8 else None
            finished = dice.choice(["appointment_made", "resolved", "no_answer"]) if taken else None
            tables["handoffs"].append({
                "id": f"{name}-h", "conversation_id": name, "team": "t", "urgency": "routine",
                "way": "talk_to_person", "reasons": [], "asked_at": asked_at,
                "status": "closed" if finished else "waiting", "summary": {}, "contact": {},
                "claimed_by": "asha" if taken else None, "claimed_at": taken,
                "closed_at": taken + timedelta(minutes=4) if taken else None,
                "outcome_code": finished, "note": "",
            })  # fmt: skip
        if number % 4 == 0:
            need = dice.choice(["digital", "assisted"])
            for coder in ("one", "two", *(("three",) if number % 8 == 0 else ())):
                tables["need_codes"].append({
                    "conversation_id": name, "coder": coder, "at": began,
                    "needed_channel": "unsure" if number % 12 == 0 and coder == "two" else need,
                })  # fmt: skip
    return tables


def as_csv_rows(tables) -> Iterator[list]:
    """The same in a file of turns: what belongs to the conversation stands on its last turn."""
    outcome = {o["conversation_id"]: o for o in tables["outcomes"]}
    handoff = {h["conversation_id"]: h for h in tables["handoffs"]}
    newest = max(t["at"] for t in tables["turn_records"])
    agents = {"appointment_made": "face_to_face", "resolved": "assisted"}
    votes: dict[str, list[str]] = {}
    for one in tables["need_codes"]:
        votes.setdefault(one["conversation_id"], []).append(one["needed_channel"])
    for name in sorted({t["conversation_id"] for t in tables["turn_records"]}):
        turns = [t for t in tables["turn_records"] if t["conversation_id"] == name]
        ended, case = outcome.get(name), handoff.get(name, {})
        solved = case.get("closed_at") if case.get("outcome_code") in agents else None
        resolved = ended["at"] if ended and ended["code"] == "resolved" else None
        ends = [m for m in (resolved, solved) if m]
        end = min(ends) if ends else (ended["at"] if ended else newest)
        given = votes.get(name, [])
        agreed = [c for c in ("digital", "assisted") if given.count(c) >= 2]
        for turn in turns:
            last = turn is turns[-1]
            yield [
                name, turn["turn"], turn["at"].isoformat(), turn["language"], turn["medium"],
                turn["service"] or "", turn["fallback"], turn["misunderstood"],
                turn["asked_channel"] or "", turn["route_channel"] or "",
                agents.get(case.get("outcome_code"), "") if last else "",
                agreed[0] if agreed and last else "", ended["code"] if ended and last else "",
                *((case[k].isoformat() if case.get(k) else "") if last else ""
                  for k in ("asked_at", "claimed_at")),
                *((case.get(k) or "") if last else "" for k in ("way", "outcome_code")),
                max(0.0, (end - turns[0]["at"]).total_seconds() / 60) if last else "",
                turn["answer_not_taken"],
            ]  # fmt: skip


def fill(url: str, tables) -> str:
    migrate(url)
    engine = open_engine(url)
    with engine.begin() as db:
        for name, rows in ((n, r) for n, r in tables.items() if r):
            db.execute(metadata.tables[name].insert(), rows)
    engine.dispose()
    return url


@pytest.fixture(scope="module")
def tables():
    return winter()


@pytest.fixture(scope="module")
def csv_file(tables, tmp_path_factory):
    path = tmp_path_factory.mktemp("sources") / "decisions.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, *as_csv_rows(tables)])
    return path


@pytest.fixture(scope="module")
def expected(csv_file):
    return findings(read_decisions(csv_file, GROUPS, "service"))


def findings(units):
    report = report_on(units, harm=read_weights(), resamples=0)
    document = as_json(report)
    named = ("measures", "comparisons", "omnibus", "summary", "simpson", "harm", "baseline")
    return {name: _near(document[name]) for name in named}


def same(found, expected) -> None:
    """Line by line, so that a difference can be read."""
    for name, rows in expected.items():
        for row, wanted in zip(found[name], rows, strict=True):
            assert row == wanted


def _near(value):
    """Sums are added up in another order: the last digits of a float may differ."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, dict):
        return {k: _near(v) for k, v in value.items()}
    return [_near(v) for v in value] if isinstance(value, list) else value


def test_a_report_from_sqlite_is_that_from_csv(tables, expected, tmp_path):
    url = fill(f"sqlite:///{tmp_path / 'fairway.db'}", tables)
    same(findings(read_database(url, GROUPS, "service")), expected)


def test_a_report_from_postgresql_is_that_from_csv(tables, expected, tmp_path):
    with postgres_database() as url:
        fill(url, tables)
        units = read_database(url, GROUPS, "service")
        same(findings(units), expected)
        sqlite = fill(f"sqlite:///{tmp_path / 'fairway.db'}", tables)
        assert units.source.sha256 == read_database(sqlite, GROUPS, "service").source.sha256


def test_a_report_from_parquet_is_that_from_csv(csv_file, expected, tmp_path):
    parquet = tmp_path / "decisions.parquet"
    rows = f"SELECT * FROM read_csv('{csv_file}', all_varchar=true)"
    duckdb.sql(f"COPY ({rows}) TO '{parquet}' (FORMAT parquet)")
    same(findings(read_decisions(parquet, GROUPS, "service")), expected)


def test_every_measure_can_be_told_of_them(expected):
    told = {m["measure"] for m in expected["measures"] if m["status"] == "estimated"}
    assert {
        "false_digital_rate", "denied_choice_rate", "overruled_rate", "resolved_in_a_day_rate",
        "resolved_in_five_turns_rate", "handoff_wait_p90_seconds", "needless_escalation_rate",
    } <= told  # fmt: skip
    assert expected["harm"] and expected["baseline"]


def test_what_comes_back_grows_with_the_kinds_not_with_the_turns(tables, tmp_path):
    """The same conversations ten times over give the same rows, ten times heavier."""
    many = {name: list(rows) for name, rows in tables.items()}
    many["handoffs"] = []
    once = fill(f"sqlite:///{tmp_path / 'once.db'}", many)
    for copy in range(1, 10):
        for name, rows in tables.items():
            if name != "handoffs":
                many[name] = [*many[name], *(_copied(row, copy) for row in rows)]
    tenfold = fill(f"sqlite:///{tmp_path / 'tenfold.db'}", many)
    small, large = (read_database(url, GROUPS, None) for url in (once, tenfold))
    assert len(small.frame) == len(large.frame)
    assert large.frame["weight"].sum() == 10 * small.frame["weight"].sum()
    engine = sa.create_engine(tenfold)
    with engine.connect() as db:
        turns = db.execute(sa.text("SELECT count(*) FROM turn_records")).scalar_one()
    engine.dispose()
    assert turns > 10 * len(large.frame)


def _copied(row: dict, copy: int) -> dict:
    return {k: f"{v}x{copy}" if k in ("id", "conversation_id") else v for k, v in row.items()}
