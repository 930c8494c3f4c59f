"""Equality answers are joined by the audit alone, and silence is told apart."""

from __future__ import annotations

import pytest

from bot.equality import AnswerSheet, link_of
from bot.stores.engine import open_engine
from bot.stores.sql import SqlStore
from fairness.database import read_database
from fairness.errors import DatabaseUnreadable
from fairness.report.as_json import as_json
from tests.unit.fairness.kit import report_on

KEY = "the-audit's-own-key"


@pytest.fixture
def answered(council):
    """Sixty conversations: women are misunderstood more; some are silent, each in its way."""
    sheets = []
    for i in range(60):
        sex = "female" if i % 2 else "male"
        name = council.add({"misunderstood": sex == "female" and i % 4 == 1})
        said = {"sex": {50: "unknown", 51: "prefer_not_to_say"}.get(i, sex)}
        said["age_band"] = "16_24" if i < 30 else "85_over"
        link, day = link_of(name, KEY), council.start.date()
        sheets.append(AnswerSheet(link, "ons_census_2021@1", said, day))
    engine = open_engine(council.url)
    with SqlStore(engine).begin() as work:
        for sheet in sheets[:55]:
            work.equality.put(sheet)
        work.commit()
    engine.dispose()
    return council


def groups(report, column):
    return {
        m["group"][column]: (m["k"], m["n"])
        for m in as_json(report)["measures"]
        if m["measure"] == "misunderstanding_rate" and list(m["group"]) == [column]
    }


def test_silence_stays_three_groups_and_is_never_judged(answered):
    units = read_database(answered.url, ("sex",), None, equality_key=KEY)
    report = report_on(units)
    assert groups(report, "sex") == {
        "female": (14, 26),
        "male": (0, 27),
        "not recorded: left empty": (0, 1),
        "not recorded: not asked": (1, 5),
        "not recorded: prefers not to say": (0, 1),
    }
    judged = {
        c.group["sex"]: c.verdict
        for c in report.comparisons
        if c.measure.name == "misunderstanding_rate"
    }
    assert judged.pop("female") == "evidence_of_disparity"
    assert "evidence_of_disparity" not in judged.values() and len(judged) == 3
    assert "sex, not asked: 5." in units.notes
    assert "Conversations with an answer to sex: 53." in units.notes


def test_small_categories_become_the_broad_ones_of_their_scheme(answered):
    units = read_database(answered.url, ("age_band",), None, equality_key=KEY)
    assert set(groups(report_on(units), "age_band")) == {
        "16_44", "65_over", "not recorded: not asked",
    }  # fmt: skip


def test_the_wrong_key_joins_nobody(answered):
    units = read_database(answered.url, ("sex",), None, equality_key="another")
    assert set(groups(report_on(units), "sex")) == {"not recorded: not asked"}


def test_without_the_key_nothing_is_joined_and_the_remedy_is_said(answered):
    with pytest.raises(DatabaseUnreadable, match="FAIRWAY_HOME"):
        read_database(answered.url, ("sex",), None)
