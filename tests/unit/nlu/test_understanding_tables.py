"""The tables of docs/understanding.md."""

from __future__ import annotations

from nlu.evaluate import shares_of
from nlu.understanding_tables import tables


def parsed(lang, intent, wanted, **more):
    """What was made of one message."""
    service = intent.removeprefix("service_") if intent.startswith("service_") else None
    given = {
        "text": "one two three", "intent": intent, "language": lang, "confidence": 0.8,
        "candidates": [{"service": service}], "fallback": False, "kind": intent, "ms": 4.0,
        "crisis": None, "wanted": {"lang": lang, "text": "one two three", **wanted},
    }  # fmt: skip
    return {**given, **more}


LINES = [
    parsed("en", "service_pothole", {"intent": "service_pothole", "variety": "sms"}),
    parsed("en", "service_park", {"intent": "service_pothole", "variety": "sms"}),
    parsed("so", "human", {"intent": "human", "variety": "plain"}),
]


def test_a_share_stands_with_how_many_and_its_interval():
    text = tables(shares_of(LINES), "m.tar.gz", ["a.jsonl"], jobs=2)
    assert "model m.tar.gz, sets: a.jsonl." in text
    assert "| en | 0.500 (0.09 to 0.91), n 2 |" in text
    assert "| sms | 0.500 (0.09 to 0.91), n 2 |" in text
    assert "| so | 1.000 (0.21 to 1.00), n 1 |" in text


def test_danger_is_told_with_what_the_first_check_hears_alone():
    danger = {"crisis": "suicide"}
    lines = [
        parsed("en", "crisis_suicide", danger, kind="crisis", crisis="suicide"),
        parsed("en", "crisis_suicide", danger, kind="crisis"),
        parsed("en", "human", danger),
        parsed("en", "human", danger),
    ]
    text = tables(shares_of(lines), "m", ["a"], jobs=2)
    assert "| language | danger found | of it by the first check alone |" in text
    assert "| en | 0.500 (0.15 to 0.85), n 4 | 0.250 (0.05 to 0.70), n 4 |" in text


def test_what_was_not_measured_has_no_table_and_no_column():
    text = tables(shares_of(LINES[2:]), "m", ["a"], jobs=2)
    assert "Services" not in text and "Danger" not in text and "digital barrier" not in text


def test_times_are_told_only_of_messages_read_one_by_one():
    assert "Time of a message" not in tables(shares_of(LINES), "m", ["a"], jobs=2)
    assert "| en | 4.000, n 2 | 4.000, n 2 |" in tables(shares_of(LINES), "m", ["a"], jobs=1)
