"""Expected harm: what a hundred conversations of a group suffer, by the council's own weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fairness.harm_weights import HarmWeights
from fairness.records import PICKED, TRUTH, Cell, Rules, Units
from fairness.scores import Score, compared, judged, scores

PER = 100.0
"""Conversations the figure is for."""
_NEED = ("false_digital_rate", "needless_escalation_rate")
_NOBODY_ELSE = ("denied_choice_rate", "handoff_wait_over_target_rate")
"""Who did not ask for a channel, or for a person, was not harmed in this way: that is known."""


def counted(units: Units, weights: HarmWeights) -> tuple[str, ...]:
    """The harms that have a weight and that the data can tell of."""
    told = {m.name for m in units.measures if not m.missing and m.kind == "share"}
    return tuple(name for name in weights.weights if name in told)


def expected_harm(
    units: Units, bys: Sequence[tuple[str, ...]],
    references: Mapping[tuple[str, ...], Mapping[str, str] | None], rules: Rules,
) -> tuple[Score, ...]:  # fmt: skip
    """Each group's expected harm for PER conversations, compared with its reference's."""
    if rules.harm is None or units.unit != "conversation":
        return ()
    names = counted(units, rules.harm)
    if not names:
        return ()
    columns = [_harmed(units, name) for name in names]
    weights = [PER * rules.harm.weights[name] for name in names]
    families = [
        compared(scores(units, by, columns, weights, rules.confidence), references[by], rules)
        for by in bys if by
    ]  # fmt: skip
    return judged(families, rules)


def _harmed(units: Units, name: str) -> np.ndarray:
    """1.0 harmed, 0.0 not (whether or not it could have been), NaN not known."""
    frame = units.frame
    event = frame[f"measure:{name}"]
    if name in _NOBODY_ELSE:
        return event.fillna(0.0).to_numpy(float)
    if name in _NEED:
        known = frame[f"{TRUTH}:digital"].notna() & frame[f"{PICKED}:digital"].notna()
        return event.fillna(0.0).where(known).to_numpy(float)
    return event.to_numpy(float)


def hidden_with(found: Sequence[Score], cells: Sequence[Cell]) -> tuple[Score, ...]:
    """``found`` without the groups that are hidden in any measure."""
    hidden = {tuple(c.group.items()) for c in cells if c.status == "suppressed" and not c.within}
    return tuple(s for s in found if tuple(s.group.items()) not in hidden)
