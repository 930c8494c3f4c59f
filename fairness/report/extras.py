"""Tables beside the measures: expected harm, the human baseline. HTML and PDF draw the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fairness.audit import Report
from fairness.report import words
from fairness.scores import Score


@dataclass(frozen=True)
class Extra:
    """One section with one table. ``id`` is its anchor; all cells are text."""

    id: str
    title: str
    intro: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def extras_of(report: Report, history: Mapping[str, Any]) -> tuple[Extra, ...]:
    """Those that have something to show, in order."""
    made = (_harm(report, history), _baseline(report))
    return tuple(extra for extra in made if extra is not None)


def extra_findings(report: Report) -> tuple[str, ...]:
    """Evidence in these tables, as sentences for the first page."""
    return tuple(
        f"Expected harm is {'higher' if (s.difference or 0) > 0 else 'lower'} for "
        f"{words.label(s.group)}, {_number(s.value)} in a hundred conversations ({_between(s)}), "
        f"than for {words.label(s.reference or {})}. Corrected p {words.p_value(s.p_adjusted)}."
        for s in report.harm
        if s.verdict == "evidence_of_disparity" and s.value is not None
    )


def _harm(report: Report, history: Mapping[str, Any]) -> Extra | None:
    if not report.harm:
        return None
    weights = history.get("harm_weights") or {}
    listed = ", ".join(
        f"{words.name_of(report, name)} {weight:g}" for name, weight in weights["counted"].items()
    )
    left = ", ".join(words.name_of(report, name).lower() for name in weights["not_counted"])
    intro = (
        "What a hundred conversations suffer, each harm weighed as the council has published "
        f"(weights version {weights['version']}: {listed}). A weight is a judgement, not a fact."
    )
    if left:
        intro += f" Not counted, because it cannot be told here: {left}."
    columns = ("Group", "Known for", "Expected harm", "Interval", "Difference", "Interval of it",
               "Corrected p", "What can be said")  # fmt: skip
    return Extra("harm", "Expected harm", intro, columns, tuple(map(_harm_row, report.harm)))


def _harm_row(one: Score) -> tuple[str, ...]:
    return (
        words.label(one.group),
        words.count(one.n),
        _number(one.value),
        _between(one),
        _signed(one.difference),
        _gap_between(one),
        words.p_value(one.p_adjusted),
        _said(one),
    )


def _baseline(report: Report) -> Extra | None:
    if not report.baseline:
        return None
    intro = (
        "Where the assistant sent a conversation somewhere and a person then finished it: how "
        "often each chose digital. A gap that only the assistant shows is its own; one that "
        "people show too may come from need. These conversations are not all conversations."
    )
    columns = ("Group", "Both decided", "Assistant", "People", "Assistant less people",
               "More than for the reference", "Corrected p", "What can be said")  # fmt: skip
    rows = tuple(_baseline_row(s) for s in report.baseline)
    return Extra("baseline", "The assistant beside people", intro, columns, rows)


def _baseline_row(one: Score) -> tuple[str, ...]:
    assistant, people = (_percent(p) for p in (*one.parts, None, None)[:2])
    return (
        words.label(one.group),
        words.count(one.n),
        assistant,
        people,
        _points(one.value),
        _points(one.difference),
        words.p_value(one.p_adjusted),
        _said(one),
    )


def _said(one: Score) -> str:
    if one.reference is not None and one.group == one.reference:
        return "Reference"
    text = words.VERDICTS[one.verdict]
    return f"{text}: {one.reason}" if one.reason else text


def _between(one: Score) -> str:
    if one.low is None or one.high is None:
        return "–"
    return f"{_number(max(0.0, one.low))} to {_number(one.high)}"


def _gap_between(one: Score) -> str:
    if one.difference_low is None or one.difference_high is None:
        return "–"
    return f"{_signed(one.difference_low)} to {_signed(one.difference_high)}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{'−' if value < 0 else '+'}{abs(value):.1f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}%"


def _points(value: float | None) -> str:
    return "–" if value is None else f"{_signed(100 * value)} points"


def score_json(one: Score, parts: Sequence[str]) -> dict[str, Any]:
    """One line of ``harm`` or ``baseline`` in report.json; ``parts`` names what it is made of."""
    return {
        "group": dict(one.group),
        "reference": dict(one.reference) if one.reference is not None else None,
        "n": one.n,
        "value": one.value,
        "low": one.low,
        "high": one.high,
        "parts": dict(zip(parts, one.parts, strict=False)),
        "difference": one.difference,
        "difference_low": one.difference_low,
        "difference_high": one.difference_high,
        "p": one.p,
        "p_adjusted": one.p_adjusted,
        "verdict": words.VERDICT_WORDS[one.verdict],
        "reason": one.reason,
    }
