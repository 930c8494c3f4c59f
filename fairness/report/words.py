"""Figures and findings in plain words. No sentence here ever says "fair"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the auditor's pages use these words without the audit's libraries
    from fairness.audit import Report
    from fairness.judge import Comparison
    from fairness.records import Cell, Measure
    from fairness.simpson import Simpson

VERDICTS: Mapping[str, str] = {
    "evidence_of_disparity": "Evidence of disparity",
    "no_evidence_found": "No evidence found",
    "not_estimable": "Cannot be told",
    "reported_not_judged": "Shown, not judged",
}

VERDICT_WORDS: Mapping[str, str] = {
    "evidence_of_disparity": "evidence of disparity",
    "no_evidence_found": "no evidence found",
    "not_estimable": "not estimable",
    "reported_not_judged": "reported, not judged",
}
"""As report.json says them."""

SUMMARY_NAMES: Mapping[str, str] = {
    "demographic_parity_difference": "Largest difference between rates (demographic parity)",
    "demographic_parity_ratio": "Smallest ratio of rates (demographic parity)",
    "equalized_odds_difference": "Largest difference between error rates (equalised odds)",
    "smoothed_differential_fairness": "Smoothed differential fairness (0: no difference)",
    "impact_ratio": "Impact ratio (rate over the highest rate)",
}

_LANGUAGES = {
    "en": "English",
    "cy": "Welsh",
    "pl": "Polish",
    "ro": "Romanian",
    "ur": "Urdu",
    "ur-Latn": "Urdu in Latin letters",
    "pa": "Punjabi",
    "bn": "Bengali",
    "ar": "Arabic",
    "so": "Somali",
    "pt": "Portuguese",
    "zh": "Chinese",
    "uk": "Ukrainian",
}


def name_of(report: Report, measure: str) -> str:
    """A measure's title in this report; its name where the report has no such measure."""
    return next((m.title for m in report.asked if m.name == measure), measure)


def verdict_text(found: Comparison) -> str:
    """The verdict with what could have been found: ``no evidence found (able to detect ≥ …)``."""
    text = VERDICT_WORDS[found.verdict]
    if found.verdict != "no_evidence_found":
        return text
    if found.detectable is None:
        return f"{text} (how small a gap could be detected is not known)"
    return f"{text} (able to detect ≥ {100 * found.detectable:.1f} points)"


def label(group: Mapping[str, str]) -> str:
    """A group in words: ``Gender Female, Dept A``; everyone when empty."""
    return ", ".join(f"{name} {_value(name, value)}" for name, value in group.items()) or "everyone"


def short(group: Mapping[str, str]) -> str:
    """A group's values alone, for a column of a table: ``Female / A``."""
    return " / ".join(_value(name, value) for name, value in group.items()) or "Everyone"


def figure(measure: Measure, value: float | None) -> str:
    """One value of a measure: ``30.4%``, ``3 min 20 s``, ``5``; a dash where there is none."""
    if value is None:
        return "–"
    if measure.is_rate:
        return f"{100 * value:.1f}%"
    return duration(value) if measure.unit == "s" else f"{value:g}"


def duration(seconds: float) -> str:
    """``45 s``, ``3 min 20 s``, ``2 h 5 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min" if minutes else f"{hours:,} h"


def interval(cell: Cell) -> str:
    """A cell's interval: ``28.3% to 32.5%``."""
    if cell.low is None:
        return "–"
    high = "unknown" if cell.high is None else figure(cell.measure, cell.high)
    return f"{figure(cell.measure, cell.low)} to {high}"


def gap(measure: Measure, difference: float | None) -> str:
    """A difference with its sign: ``−14.2 points``."""
    if difference is None:
        return "–"
    sign = "−" if difference < 0 else "+"
    if measure.is_rate:
        return f"{sign}{100 * abs(difference):.1f} points"
    return sign + figure(measure, abs(difference))


def p_value(p: float | None) -> str:
    """``0.238``, ``< 0.001``."""
    if p is None:
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def count(n: float | None) -> str:
    """``1,835``; one decimal under survey weights."""
    if n is None:
        return "–"
    return f"{n:,.0f}" if n == round(n) else f"{n:,.1f}"


def finding(found: Comparison, cell: Cell, base: Cell) -> str:
    """One comparison as a sentence."""
    measure = found.measure
    side = "higher" if (found.difference or 0) > 0 else "lower"
    where = f"Inside {label(found.within)}: " if found.within else ""
    worse = {"worse": label(found.group), "better": label(found.reference)}.get(found.direction)
    served = f" Served worse: {worse}." if worse else ""
    return (
        f"{where}{measure.title} is {side} for {label(found.group)}, "
        f"{figure(measure, cell.value)} ({interval(cell)}), than for {label(found.reference)}, "
        f"{figure(measure, base.value)} ({interval(base)}). The gap is "
        f"{gap(measure, found.difference)}, {_ratio(found)}corrected "
        f"p {_equals(found.p_adjusted)}.{served}"
    )


def simpson_finding(row: Simpson, within: str) -> str:
    """What looking inside the strata does to a pooled gap."""
    ending = {
        "reversed": "It turns round",
        "shrinks": "Most of it goes",
        "grows": "It is larger there",
        "holds": "It holds",
    }[row.finding]
    return (
        f"{row.measure.title}, {label(row.group)} against {label(row.reference)}: "
        f"{gap(row.measure, row.pooled)} over all, {gap(row.measure, row.conditional)} inside "
        f"{within}. {ending}: {label(row.group)} is above in {row.above} and below in {row.below} "
        f"of the {within} strata."
    )


def _value(name: str, value: str) -> str:
    return _LANGUAGES.get(value, value) if name == "language" else value.replace("_", " ")


def _ratio(found: Comparison) -> str:
    return "" if found.ratio is None else f"the ratio {found.ratio:.4f}, "


def _equals(p: float | None) -> str:
    text = p_value(p)
    return text if text.startswith("<") else f"= {text}"
