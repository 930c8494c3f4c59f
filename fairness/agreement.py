"""How far two coders agree beyond chance: Cohen's kappa, with its interval. Without numpy: the
coding page shows it, and the serving process loads none of the audit's libraries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from bot.need_codes import NEEDS, NeedCode, agreed, by_conversation


@dataclass(frozen=True)
class Agreement:
    """``kappa`` and its ends are None where there is too little, or no variety, to tell.

    ``pairs``: conversations two people coded. ``alike``: in how many they said the same.
    """

    pairs: int
    alike: int
    kappa: float | None = None
    low: float | None = None
    high: float | None = None


def kappa(table: Sequence[Sequence[float]], confidence: float = 0.95) -> Agreement:
    """Cohen's kappa of a square table: rows the one coder's answers, columns the other's.

    Its variance is Fleiss, Cohen and Everitt's (1969), not that under no agreement.
    """
    places = range(len(table))
    total = sum(map(sum, table))
    n, alike = int(total), int(sum(table[i][i] for i in places))
    if n < 2:
        return Agreement(n, alike)
    p = [[float(cell) / total for cell in row] for row in table]
    rows, columns = [sum(row) for row in p], [sum(column) for column in zip(*p, strict=True)]
    by_chance = sum(rows[i] * columns[i] for i in places)
    if by_chance >= 1 - 1e-12:
        return Agreement(n, alike)
    value = (alike / n - by_chance) / (1 - by_chance)
    on = sum(p[i][i] * (1 - (columns[i] + rows[i]) * (1 - value)) ** 2 for i in places)
    off = sum(p[i][j] * (columns[i] + rows[j]) ** 2 for i in places for j in places if i != j)
    last = (value - by_chance * (1 - value)) ** 2
    error = sqrt(max(0.0, (on + (1 - value) ** 2 * off - last) / n)) / (1 - by_chance)
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * error
    return Agreement(n, alike, value, max(-1.0, value - half), min(1.0, value + half))


def agreement_of(codes: Sequence[NeedCode], confidence: float = 0.95) -> Agreement:
    """Of the first two codes of each conversation; who of the two is the row is by name, so that
    with two coders it is theirs, and with more it favours nobody."""
    place = {need: i for i, need in enumerate(NEEDS)}
    table = [[0.0] * len(NEEDS) for _ in NEEDS]
    for held in by_conversation(codes).values():
        if len(held) >= 2:
            a, b = sorted(held[:2], key=lambda c: c.coder)
            table[place[a.needed_channel]][place[b.needed_channel]] += 1
    return kappa(table, confidence)


def truths(codes: Sequence[NeedCode]) -> dict[str, str]:
    """conversation → the need that is taken for the truth."""
    found = {name: agreed(held) for name, held in by_conversation(codes).items()}
    return {name: need for name, need in found.items() if need is not None}


def agreement_notes(held: Sequence[NeedCode]) -> tuple[str, ...]:
    """For a report that uses the coded needs: how many, and how far the coders agreed."""
    found, agreed = agreement_of(held), truths(held)
    kinds = Counter(agreed.values())
    lines = [f"Conversations whose need two people coded alike: {len(agreed)}."]
    lines += [f"Coded as needing {k.replace('_', ' ')}: {n}." for k, n in sorted(kinds.items())]
    if found.kappa is None or found.low is None or found.high is None:
        lines.append("How far coders agree beyond chance (kappa) cannot be told yet.")
    else:
        lines.append(
            f"Coders agree beyond chance, Cohen's kappa {found.kappa:.2f} "
            f"({found.low:.2f} to {found.high:.2f}), over conversations coded twice: {found.pairs}."
        )
    return tuple(lines)
