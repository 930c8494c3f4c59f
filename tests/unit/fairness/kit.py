"""Short cuts for tests of the audit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fairness.audit import Report, audit
from fairness.provenance import provenance
from fairness.records import Rules, Units

MADE_AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def report_on(units: Units, *, earlier: Any = None, **rules: Any) -> Report:
    """The report on ``units``, with few resamples; ``rules`` are those of ``Rules``."""
    chosen = Rules(**{"threshold": None, "resamples": 200, **rules})
    history = provenance(units, chosen, made_at=MADE_AT, command="fairway audit …")
    return audit(units, chosen, history, title="Bias report", earlier=earlier)
