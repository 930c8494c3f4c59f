"""What of a table of counts may be published: small numbers hidden, every other one rounded."""

from __future__ import annotations

from collections.abc import Mapping

from fairness.disclosure import Place, hidden_places
from fairness.rounding import to_base


def publishable(counts: Mapping[Place, int], threshold: int, base: int) -> dict[Place, int | None]:
    """``counts`` with None where a number must be hidden (``fairness.disclosure``) and every other
    one rounded to the nearest multiple of ``base``."""
    hidden = hidden_places({place: float(n) for place, n in counts.items()}, threshold)
    return {place: None if place in hidden else to_base(n, base) for place, n in counts.items()}
