"""Every code has words, and times are written as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.handoff import OUTCOME_CODES
from bot.need import Adjustment, Barrier, Channel, Urgency
from bot.safety import shipped_safety_check
from channels.desk import words

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_every_code_an_agent_meets_has_words():
    assert set(OUTCOME_CODES) == set(words.OUTCOMES)
    assert {a.value for a in Adjustment} == set(words.ADJUSTMENTS)
    assert {b.value for b in Barrier} == set(words.BARRIERS)
    assert {u.value for u in Urgency} == set(words.URGENCIES)
    assert {c.value for c in Channel} == set(words.CHANNELS)
    asked = {f"citizen_asked_{one.value}" for kind in (Adjustment, Channel) for one in kind}
    assert asked <= set(words.REASONS)


def test_every_danger_has_words():
    check = shipped_safety_check()
    for said in ("i want to kill myself", "my house is on fire", "my husband hits me"):
        finding = check.danger(said)
        assert finding is not None
        assert f"safety_{finding.kind}" in words.REASONS


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("housing_options", "Housing options"),
        ("Where is it?", "Where is it?"),
        ("Côd post", "Côd post"),
        ("", ""),
    ],
)
def test_codes_are_made_readable_and_sentences_left_alone(code, shown):
    assert words.plain(code) == shown


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [
        (-1, "under 1 min"),
        (0, "under 1 min"),
        (1, "1 min"),
        (59, "59 min"),
        (60, "1 h"),
        (65, "1 h 5 min"),
        (48 * 60, "2 days"),
    ],
)
def test_how_long(minutes, shown):
    assert words.how_long(NOW - timedelta(minutes=minutes), NOW) == shown


def test_clock_times_are_londons():
    summer = datetime(2026, 7, 1, 9, 5, tzinfo=UTC)
    assert words.clock_time(summer, summer) == "10:05"
    assert words.clock_time(NOW - timedelta(days=2), NOW) == "21 Nov 09:00"
