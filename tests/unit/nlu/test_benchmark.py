"""The tables and the figures of the benchmark."""

from __future__ import annotations

import pytest

from bot.errors import BadFile
from nlu.benchmark import SAME, as_text, out_of_scope, read_report, scores, with_kept
from nlu.benchmark_tables import Table, read_tables


def write(path, rows, head="text,label"):
    path.write_text("\n".join([head, *rows]) + "\n", "utf-8")
    return path


@pytest.fixture
def train(tmp_path):
    return write(tmp_path / "train.csv", ["hello,greet", "bye,leave", "what is 3,oos"])


def test_out_of_scope_rows_are_not_learned(tmp_path, train):
    test = write(tmp_path / "test.csv", ["hi,greet", "how tall is it,oos"])
    learned, asked = read_tables(train, test, "oos")
    assert learned.labels == ["greet", "leave"]
    assert asked.in_scope == [0] and len(asked.texts) == 2


def test_out_of_scope_messages_may_be_in_a_file_of_their_own(tmp_path, train):
    test = write(tmp_path / "test.csv", ["hi,greet"])
    more = write(tmp_path / "more.csv", ["how tall is it,whatever"])
    asked = read_tables(train, test, str(more))[1]
    assert asked.labels == ["greet", "oos"] and asked.in_scope == [0]


def test_without_the_option_oos_is_a_label_like_others(tmp_path, train):
    test = write(tmp_path / "test.csv", ["hi,greet", "how tall is it,oos"])
    learned, asked = read_tables(train, test, None)
    assert len(learned.labels) == 3 and asked.in_scope == [0, 1]


@pytest.mark.parametrize(
    ("rows", "head", "wrong"),
    [(["a"], "text", ":1:"), (["a,"], "text,label", ":2:"), ([], "text,label", "two labels")],
)
def test_a_broken_table_is_named_with_its_line(tmp_path, rows, head, wrong):
    broken = write(tmp_path / "broken.csv", rows, head)
    with pytest.raises(BadFile, match=wrong):
        read_tables(broken, broken, None)


def test_the_threshold_keeps_nine_in_ten_right():
    inside = [(0.9 - i / 1000, True) for i in range(95)] + [(0.99, False)] * 5
    found = out_of_scope(inside, [0.8, 0.5, 0.9, 0.0])
    assert found["in_scope_accuracy"] == pytest.approx(0.90)
    assert found["threshold"] == pytest.approx(0.9 - 89 / 1000)
    assert found["recall"] == pytest.approx(3 / 4)


def test_where_too_few_are_right_there_is_no_threshold():
    assert out_of_scope([(0.9, True), (0.9, False)], [0.1])["threshold"] is None


def test_scores_and_their_table():
    table = Table(["a", "b", "c"], ["x", "y", "oos"], [0, 1])
    answers = {"labels": ["x", "x", "x"], "confidences": [0.9, 0.8, 0.1]}
    found = scores(answers, table)
    assert found["accuracy"] == 0.5 and found["macro_f1"] == pytest.approx((2 / 3) / 2)
    costs = {"ms_p50": 1.0, "ms_p95": 2.0, "training_seconds": 3.0, "peak_memory_mb": 4.0}
    costs |= {"cpu_ms_p50": 5.0, "training_cpu_seconds": 6.0}
    report = {"date": "2026-01-01", "labels": 2, "n_train": 3, "n_test": 2, "n_out_of_scope": 1}
    assert "| fairway | 0.500" in as_text(
        {**report, "systems": [{"name": "fairway", **found, **costs}]}
    )


def measured(name, date="2026-01-02", **tables):
    report = {"date": date, **dict.fromkeys(SAME, 1), **tables}
    return {**report, "systems": [{"name": name, "accuracy": 0.5}]}


def test_the_other_system_is_kept_when_the_tables_are_the_same():
    before = measured("rasa_default", "2026-01-01")
    kept = with_kept(measured("fairway"), before)
    assert [one["name"] for one in kept] == ["fairway", "rasa_default"]
    assert kept[1]["apart"] == "2026-01-01" and "apart" not in kept[0]
    again = with_kept(measured("fairway"), {**before, "date": "2026-01-03", "systems": kept})
    assert again[1]["apart"] == "2026-01-01"
    assert with_kept(measured("rasa_default"), before) == measured("rasa_default")["systems"]


@pytest.mark.parametrize("name", SAME)
def test_nothing_is_kept_of_other_tables(name):
    before = measured("rasa_default", **{name: 2})
    assert [one["name"] for one in with_kept(measured("fairway"), before)] == ["fairway"]


def test_a_file_that_is_no_report_is_not_written_over(tmp_path):
    assert read_report(tmp_path / "none.json") == {}
    (tmp_path / "notes.json").write_text("my notes")
    with pytest.raises(BadFile, match="--json"):
        read_report(tmp_path / "notes.json")
