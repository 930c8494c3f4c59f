"""What people did with the same conversations: the human baseline, where a person took over.

A gap that people show too may come from what citizens of a group need; one that only the
assistant shows is its own. Only conversations that the assistant sent somewhere and a person
finished are looked at, both decisions on each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fairness.records import PICKED, Rules, Units
from fairness.scores import Score, compared, judged, scores

AGENT = "agent:digital"
"""Where ``Units.frame`` keeps whether the person served it digitally (1.0, 0.0 or NaN)."""
SENT = f"sent:{PICKED}"
"""And whether the assistant had sent it to digital, on the same conversations."""


def human_baseline(
    units: Units, bys: Sequence[tuple[str, ...]],
    references: Mapping[tuple[str, ...], Mapping[str, str] | None], rules: Rules,
) -> tuple[Score, ...]:  # fmt: skip
    """Of each group: the assistant's share of digital less people's, beside its reference's.

    ``parts``: the assistant's share, then people's. The difference is of the two gaps: above 0
    the assistant sends the group to digital more than people would, compared with the reference.
    """
    if AGENT not in units.frame:
        return ()
    columns = [units.frame[SENT].to_numpy(float), units.frame[AGENT].to_numpy(float)]
    families = [
        compared(scores(units, by, columns, (1.0, -1.0), rules.confidence), references[by], rules)
        for by in bys if len(by) == 1
    ]  # fmt: skip
    return judged(families, rules)
