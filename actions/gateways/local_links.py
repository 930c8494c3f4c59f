"""Find the council's own page for a service, in the right tier of council."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True)
class Link:
    """A page to offer. ``interaction`` does the job; ``homepage`` is the best we know.
    ``authority`` is the council whose page it is (a county may run a district's service)."""

    url: str
    kind: Literal["interaction", "homepage"]
    authority: str = ""


class LocalLinks(Protocol):
    async def link(self, lgsl: int, lgil: int) -> Link:
        """The page for a service and interaction (LGIL 0 apply, 4 pay, 8 read, 17 report)."""
