"""What the service manager's pages ask of other rooms; ``channels/gates.py`` wires it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.page import Page
from bot.routing import RoutingPolicy

Place = frozenset[tuple[str, str]]
"""Where a number stands in a table: by what and which, for each way it is split."""


@dataclass(frozen=True)
class ManagerTools:
    """``redact(text, known)``: words without what gives somebody away. ``policy_reasons(live,
    new)`` and ``model_reasons(live, new)`` (files of answers): why the audit keeps the new one
    out. ``model_not_compared(live, new)``: why it had nothing to compare. ``published(counts)``:
    what of a table may be published, a number or None, which hides. ``pages()``: the council's
    pages that may be quoted."""

    redact: Callable[[str, Iterable[str]], str]
    policy_reasons: Callable[[RoutingPolicy, RoutingPolicy], Sequence[str]]
    model_reasons: Callable[[Path, Path], Sequence[str]]
    model_not_compared: Callable[[Path, Path], str]
    published: Callable[[Mapping[Place, int]], Mapping[Place, int | None]]
    pages: Callable[[], Sequence[Page]]
