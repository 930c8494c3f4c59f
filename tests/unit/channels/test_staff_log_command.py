"""P2: ``fairway staff-log`` finds what somebody did to the database."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner

from bot.stores.staff_sql import SqlStaffStore
from channels.auth import accounts
from channels.cli import fairway
from tests.web_kit import make_parts

BY_HAND = {
    "edited": "UPDATE staff_log SET username = 'nobody' WHERE place = 2",
    "dropped": "DELETE FROM staff_log WHERE place = 2",
    "moved": "UPDATE staff_log SET place = -place WHERE place IN (1, 2);"
    "UPDATE staff_log SET place = 3 + place WHERE place < 0",
    "cut short": "DELETE FROM staff_log WHERE place > 1;"
    "UPDATE staff_log_head SET place = 1, seal = (SELECT seal FROM staff_log)",
}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("FAIRWAY_HOME", str(tmp_path))
    parts = make_parts(tmp_path)
    store = SqlStaffStore(parts.engine)
    for name in ("asha", "bryn", "carys"):
        accounts.add_user(store, name, name, ["agent"])
    parts.engine.dispose()
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(fairway, ["staff-log", *arguments])


@pytest.mark.parametrize("what", BY_HAND)
def test_p2_tampering_is_found_against_the_kept_head(home, what):
    heads = home / "heads.jsonl"
    heads.write_text(run("head").output, "utf-8")
    honest = run("verify", "--heads", str(heads))
    assert honest.exit_code == 0
    assert "agrees with 1 kept head" in honest.output
    with closing(sqlite3.connect(home / "fairway.db")) as db, db:
        db.executescript(BY_HAND[what])
    found = run("verify", "--heads", str(heads))
    assert found.exit_code == 1
    assert "The log is not as it was written." in found.output
    if what == "cut short":  # only the head kept elsewhere shows it
        assert run("verify").exit_code == 0


def test_a_file_that_holds_no_heads_is_refused(home):
    wrong = home / "wrong.txt"
    wrong.write_text("hello\n", "utf-8")
    answer = run("verify", "--heads", str(wrong))
    assert answer.exit_code == 1
    assert "is not what" in answer.output
