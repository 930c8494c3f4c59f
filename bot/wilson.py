"""How sure a share of a few cases is."""

from __future__ import annotations

import math

Z = 1.959963984540054  # the normal distribution's 97.5 % point


def wilson(k: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval for ``k`` of ``n`` (``n`` above 0), each from 0 to 1 (Wilson 1927)."""
    centre = (k + Z * Z / 2) / (n + Z * Z)
    half = Z / (n + Z * Z) * math.sqrt(k * (n - k) / n + Z * Z / 4)
    return max(0.0, centre - half), min(1.0, centre + half)
