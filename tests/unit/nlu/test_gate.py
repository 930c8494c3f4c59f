"""Who may keep a model from going live."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.errors import BadFile
from nlu.gate import (
    Floor,
    below,
    keep_shares,
    not_compared,
    note,
    read_floors,
    shares_beside,
    unmeasured,
    worse,
)
from nlu.shares import Share, share

GOOD = share("kind", "ur", "human", [True] * 29 + [False])
ALARM = share("false alarm", "en", "look-alikes", [True] * 4 + [False] * 36, good=False)


def floors(text: str, root: Path) -> Path:
    path = root / "nlu" / "floors.yml"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    (root / "nlu" / "devset").mkdir()
    (root / "nlu" / "devset" / "en.jsonl").write_text("", "utf-8")
    return root


def test_a_group_below_its_floor_is_named():
    assert list(below([GOOD], [Floor("kind", "ur", "human", 0.9)])) == []
    (reason,) = below([GOOD], [Floor("kind", "ur", "human", 0.98)])
    assert "ur, kind, human" in reason and "0.980" in reason


def test_where_less_is_better_a_floor_is_a_ceiling():
    assert list(below([ALARM], [Floor("false alarm", "*", "*", 0.1)])) == []
    assert list(below([ALARM], [Floor("false alarm", "*", "*", 0.05)]))


def test_a_floor_of_its_own_goes_before_that_of_all():
    both = [Floor("kind", "*", "*", 0.99), Floor("kind", "*", "human", 0.9)]
    assert list(below([GOOD], both)) == []


def test_worse_than_the_live_model_beyond_its_interval_is_named():
    live = share("kind", "ur", "human", [True] * 30)
    lost = share("kind", "ur", "human", [True] * 20 + [False] * 10)
    assert list(worse([GOOD], [live])) == []  # within the interval
    assert "the live model has 1.000" in next(worse([lost], [live]))


def test_other_sets_and_small_groups_are_not_compared():
    other = share("kind", "ur", "human", [True] * 40)
    assert list(worse([share("kind", "ur", "human", [False] * 30)], [other])) == []
    small = [share("kind", "ur", "human", [True] * 5)]
    assert list(worse([share("kind", "ur", "human", [False] * 5)], small)) == []


def test_floors_are_read(tmp_path):
    root = floors("sets: [en.jsonl]\nfloors:\n  kind:\n    ur: {human: 0.9}\n", tmp_path)
    assert read_floors(root).floors == (Floor("kind", "ur", "human", 0.9),)
    assert read_floors(tmp_path / "elsewhere") is None


@pytest.mark.parametrize(
    "text", ["sets: [en.jsonl]", "sets: 3\nfloors: {}", "a: [", "sets: [gone.jsonl]\nfloors: {}"]
)
def test_a_broken_file_of_floors_is_named(tmp_path, text):
    with pytest.raises(BadFile, match="floors.yml"):
        read_floors(floors(text, tmp_path))


def test_figures_are_kept_beside_their_model(tmp_path):
    model = tmp_path / "one.tar.gz"
    assert shares_beside(model) is None
    keep_shares(model, [GOOD])
    assert shares_beside(model) == [GOOD]


def test_what_was_decided_is_noted(tmp_path):
    note(tmp_path, {"model": "one", "live": False})
    note(tmp_path, {"model": "two", "live": True})
    lines = [json.loads(x) for x in (tmp_path / "gate.jsonl").read_text("utf-8").splitlines()]
    assert [line["model"] for line in lines] == ["one", "two"]
    assert all("at" in line for line in lines)


def test_a_figure_without_an_interval_has_a_floor_too():
    error = Share("calibration error", "en", "all", 0, 500, 0.09, None, None, good=False)
    assert list(below([error], [Floor("calibration error", "*", "*", 0.07)]))
    assert list(worse([error], [error])) == []


def test_a_model_that_is_compared_with_nothing_is_told_why():
    assert "no live model" in not_compared([GOOD], None)
    assert not_compared([GOOD], [GOOD]) == ""
    other = share("kind", "ur", "human", [True] * 40)
    assert "no group of 20 messages" in not_compared([GOOD], [other])


def test_a_floor_that_no_message_is_held_against_is_named():
    empty = share("kind", "cy", "human", [])
    floors = [Floor("kind", "*", "human", 0.9), Floor("kind", "cy", "human", 0.9)]
    assert list(unmeasured([GOOD, empty], floors)) == [
        "cy, kind, human: no message of the sets is of it"
    ]
