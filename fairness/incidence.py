"""How many were resolved within a time, where giving up ends the wait too (Aalen and Johansen).

To leave out those who gave up, or to treat them as still waiting, says that more were resolved
than were. Conversations still open when the data ends count for as long as they were seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

OPEN, RESOLVED, GAVE_UP = 0.0, 1.0, 2.0
"""How a conversation ended, as ``Units.frame`` keeps it."""


@dataclass(frozen=True)
class Incidence:
    """``value``: share resolved by the horizon. ``n_effective``: the number of conversations
    seen to their end that would be as sure; without any still open it is the number there is.
    0 where nobody was watched long enough: then the value is a lower bound only."""

    value: float
    variance: float
    n_effective: float


def cumulative_incidence(
    times: np.ndarray, ends: np.ndarray, counts: np.ndarray, horizon: float
) -> Incidence:
    """The Aalen-Johansen estimate of RESOLVED at ``horizon``, with GAVE_UP competing.

    ``counts`` says how many conversations each row stands for. Ends at one time come before
    those that stop being seen at it. The variance is the delta method's (Marubini and
    Valsecchi, 1995), which without open conversations is that of a plain share.
    """
    seen = float(counts[(times >= horizon) | (ends != OPEN)].sum())
    at, solved, ended, risk = _table(times, ends, counts, horizon)
    if not len(at):
        return Incidence(0.0, 0.0, seen)
    stay = np.concatenate([[1.0], np.cumprod(1 - ended / risk)[:-1]])
    so_far = np.cumsum(stay * solved / risk)
    value = min(1.0, float(so_far[-1]))
    variance = _variance(value - so_far, stay, solved, ended, risk)
    if not (times >= horizon).any() and ended[-1] < risk[-1]:
        return Incidence(value, variance, 0.0)
    varies = variance > 1e-15 and 0 < value < 1
    sure = value * (1 - value) / variance if varies else seen
    return Incidence(value, variance, float(min(counts.sum(), sure)))


def _table(
    times: np.ndarray, ends: np.ndarray, counts: np.ndarray, horizon: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Distinct times up to the horizon at which something ended: time, resolved, ended, at risk."""
    at, where = np.unique(times, return_inverse=True)
    solved, gave_up, gone = (
        np.bincount(where, counts * chosen, len(at))
        for chosen in (ends == RESOLVED, ends == GAVE_UP, np.ones(len(times)))
    )
    risk = counts.sum() - np.concatenate([[0.0], np.cumsum(gone)[:-1]])
    ended = solved + gave_up
    held = (at <= horizon) & (ended > 0)
    return at[held], solved[held], ended[held], risk[held]


def _variance(
    left: np.ndarray, stay: np.ndarray, solved: np.ndarray, ended: np.ndarray, risk: np.ndarray
) -> float:
    """``left``: what the estimate still gains after each time."""
    rest = np.where(risk > ended, risk - ended, np.inf)  # when all have ended nothing is left
    lasting = left**2 * ended / (risk * rest)
    now = stay**2 * solved * (risk - solved) / risk**3
    both = 2 * left * stay * solved / risk**2
    return float(max(0.0, (lasting + now - both).sum()))
