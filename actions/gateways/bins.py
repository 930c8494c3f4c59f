"""Find when a home's bins are collected, and refuse dates that cannot be true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True)
class BinDays:
    """(bin type, date) pairs, soonest first; where they come from and when they were read."""

    collections: tuple[tuple[str, date], ...]
    source: str
    fetched_at: datetime


class Bins(Protocol):
    async def collections(self, uprn_or_postcode: str) -> BinDays:
        """Raises GatewayRefused (no such home), GatewayUnavailable, or GatewayNonsense."""
