"""What a service manager may see of a trial: no small number, and none that would give one away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.policy_try import Replay
from channels.manager.tools import Place

Published = Callable[[Mapping[Place, int]], Mapping[Place, int | None]]
EVERYBODY: Place = frozenset()


@dataclass(frozen=True)
class Trial:
    """A Replay as it may be shown; numbers are rounded, and None is one that is hidden.

    ``moves``: (channel now, channel then) → how many. ``groups``: (what, which) → how many, and
    how many of them go elsewhere; only groups of whom both may be told, and of whom any do.
    """

    conversations: int | None
    changed: int | None
    moves: Mapping[tuple[str, str], int | None]
    groups: Mapping[tuple[str, str], tuple[int, int]]


def trial_of(found: Replay, published: Published) -> Trial:
    """``found`` without what might give somebody away."""
    counts: dict[Place, int] = {EVERYBODY: found.conversations, **_split(EVERYBODY, found.changed,
                                found.conversations)}  # fmt: skip
    for (now, then), many in found.moves.items():
        counts[_elsewhere(EVERYBODY) | {("way", f"{now} {then}")}] = many
    groups = {g: n for g, n in found.groups.items() if g[0] != "everybody"}
    for group, (many, moved) in groups.items():
        place = frozenset({group})
        counts[place] = many
        counts |= _split(place, moved, many)
    told = published(counts)
    both = {
        group: (told[frozenset({group})], told[_elsewhere(frozenset({group}))]) for group in groups
    }
    return Trial(
        told[EVERYBODY],
        told[_elsewhere(EVERYBODY)],
        {way: told[_elsewhere(EVERYBODY) | {("way", f"{way[0]} {way[1]}")}] for way in found.moves},
        {group: (many, moved) for group, (many, moved) in both.items() if many and moved},
    )


def _split(place: Place, moved: int, many: int) -> dict[Place, int]:
    return {_elsewhere(place): moved, place | {("goes", "as before")}: many - moved}


def _elsewhere(place: Place) -> Place:
    return place | {("goes", "elsewhere")}
