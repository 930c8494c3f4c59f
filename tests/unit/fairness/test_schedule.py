"""Reports that make themselves: windows, alerts, and one process of many."""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner

from fairness.pages.notes import add_note
from fairness.pages.routes import wanting_eyes
from fairness.pages.shelf import list_reports
from fairness.schedule import STALE, Plan, run_if_due
from fairness.schedule_command import audit_due
from tests.unit.fairness.test_pages import client, make  # noqa: F401

MONDAY = datetime(2026, 1, 12, 6, tzinfo=UTC)


@pytest.fixture
def plan(council, tmp_path):
    return Plan(council.url, tmp_path / "reports", 7, ("language",))


def week(council, start, lost_in_welsh: int, n: int = 120):
    for i in range(n):
        welsh = i % 2 == 0
        lost = welsh and i // 2 < lost_in_welsh
        council.add(
            {"misunderstood": lost}, language="cy" if welsh else "en",
            at=start + timedelta(hours=i),
        )  # fmt: skip


def test_windows_follow_each_other_and_never_overlap(council, plan):
    week(council, MONDAY - timedelta(days=7), 5)
    week(council, MONDAY, 5)
    assert run_if_due(plan, MONDAY).alerts == ()
    assert run_if_due(plan, MONDAY + timedelta(days=6)) is None
    run_if_due(plan, MONDAY + timedelta(days=9))
    ends = [(k.title[-24:], k.window_end) for k in list_reports(plan.shelf)]
    assert ends == [
        ("2026-01-12 to 2026-01-20", date(2026, 1, 21)),
        ("2026-01-05 to 2026-01-11", date(2026, 1, 12)),
    ]


def test_what_gets_worse_is_said_until_somebody_signs(council, plan):
    week(council, MONDAY - timedelta(days=7), 3)
    week(council, MONDAY, 40)
    assert run_if_due(plan, MONDAY).alerts == ()
    made = run_if_due(plan, MONDAY + timedelta(days=7))
    said = " ".join(made.alerts)
    assert "Misunderstanding" in said and "language Welsh" in said and "before" in said
    assert "Misunderstanding: evidence of disparity between language" in said
    reports = list_reports(plan.shelf)
    assert [k.id for k in wanting_eyes(plan.shelf, reports)] == [made.id]
    add_note(plan.shelf, made.id, who="Ada", text="", signed=True, at=MONDAY)
    assert wanting_eyes(plan.shelf, reports) == ()


def test_known_evidence_is_not_an_alert_again(council, plan):
    for start in (MONDAY - timedelta(days=7), MONDAY):
        week(council, start, 40)
    first = run_if_due(plan, MONDAY)
    assert any("Misunderstanding: evidence" in line for line in first.alerts)
    second = run_if_due(plan, MONDAY + timedelta(days=7))
    assert not any("Misunderstanding: evidence" in line for line in second.alerts)


def test_too_few_conversations_let_the_window_grow(council, plan):
    week(council, MONDAY - timedelta(days=2), 5, n=20)
    assert run_if_due(plan, MONDAY) is None
    week(council, MONDAY, 5)
    assert run_if_due(plan, MONDAY + timedelta(days=3)) is not None


def test_no_conversation_and_no_wish_make_no_report(council, plan):
    assert run_if_due(plan, MONDAY) is None
    assert run_if_due(Plan(council.url, plan.shelf, 0, ("language",)), MONDAY) is None


def test_one_process_of_many_makes_it_and_a_lock_left_behind_is_broken(council, plan):
    week(council, MONDAY - timedelta(days=7), 5)
    plan.shelf.mkdir(parents=True)
    lock = plan.shelf / ".schedule.lock"
    lock.touch()
    assert run_if_due(plan, MONDAY) is None
    os.utime(lock, (0, time.time() - STALE - 1))
    assert run_if_due(plan, MONDAY) is not None and not lock.exists()


def test_the_command_ends_in_3_where_something_wants_eyes(council, tmp_path):
    now = datetime.now(UTC)
    week(council, now.replace(hour=0) - timedelta(days=6), 40)

    class Product:
        """What the command asks of the running product."""

        def audit_plan(self):
            return Plan(council.url, tmp_path / "shelf", 7, ("language",))

    ran = CliRunner().invoke(audit_due, obj=Product())
    assert ran.exit_code == 3 and "Misunderstanding" in ran.output
    again = CliRunner().invoke(audit_due, obj=Product())
    assert again.exit_code == 0 and "No report is due" in again.output


def test_the_alert_stands_on_the_audit_page(client, council, tmp_path):  # noqa: F811
    week(council, MONDAY - timedelta(days=7), 40)
    made = run_if_due(Plan(council.url, tmp_path / "reports", 7, ("language",)), MONDAY)
    page = client.get("/audit").text
    assert "look at this" in page and made.id in page
    client.post(f"/audit/reports/{made.id}/notes", data={"csrf": "t0ken", "sign": "yes"})
    assert "look at this" not in client.get("/audit").text
