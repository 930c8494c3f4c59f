"""What has changed since the earlier report, in words."""

from __future__ import annotations

from fairness.audit import Report
from fairness.report import words


def drift_lines(report: Report) -> tuple[str, ...]:
    """One sentence a figure that changed, or that none did."""
    if not report.drift:
        return ()
    changed = [d for d in report.drift if d.changed]
    if not changed:
        return (f"Of {len(report.drift)} figures compared, none gives evidence of change.",)
    return tuple(
        f"{d.measure.title}, {words.label(d.group)}"
        f"{', inside ' + words.label(d.within) if d.within else ''}: "
        f"{words.figure(d.measure, d.before)} before, {words.figure(d.measure, d.now)} now"
        f"{', ' + d.direction if d.direction else ''} "
        f"(corrected p {words.p_value(d.p_adjusted)})."
        for d in changed
    )
