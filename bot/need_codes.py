"""What people, reading a conversation without its routing, say that the citizen needed.

Two read each conversation without knowing of each other. Only what they agree on is taken for
the truth; where they do not, a third reads it too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.errors import BadInput

UNSURE = "unsure"
NEEDS = ("digital", "assisted", "face_to_face", UNSURE)
"""What a coder may say: the least that would have served them, or that it cannot be told."""
ENOUGH = 2


class NeedUnknown(BadInput):
    """That is none of the answers. Please choose one of those on the page."""


class NotInSample(BadInput):
    """This conversation is not waiting for your answer. Please go on to the next one."""


@dataclass(frozen=True)
class NeedCode:
    """One coder's answer about one conversation. ``at`` in UTC."""

    conversation_id: str
    coder: str
    needed_channel: str
    at: datetime

    def __post_init__(self) -> None:
        """Raises NeedUnknown."""
        if self.needed_channel not in NEEDS:
            raise NeedUnknown


class NeedCodes(Protocol):
    """Where the sample and the codes are kept. An erased conversation takes its codes along.
    What is or was a safeguarding case (``bot.guarded``) is not drawn, and leaves the sample."""

    def draw(
        self, number: int, by: str, at: datetime, since: date | None, until: date | None
    ) -> int:
        """Add up to ``number`` conversations to the sample, drawn at random; how many it were."""

    def sample(self) -> list[str]:
        """Every conversation drawn, in the order of their ids."""

    def codes(self) -> list[NeedCode]:
        """Every code, by conversation and then by time."""

    def put(self, code: NeedCode) -> None:
        """Keep one; a second answer of the same coder is not taken. Raises NotInSample."""


def by_conversation(codes: Sequence[NeedCode]) -> Mapping[str, tuple[NeedCode, ...]]:
    """The codes of each conversation, in the order given."""
    found: dict[str, tuple[NeedCode, ...]] = {}
    for code in codes:
        found[code.conversation_id] = (*found.get(code.conversation_id, ()), code)
    return found


def agreed(codes: Sequence[NeedCode]) -> str | None:
    """The channel that ENOUGH coders of one conversation say, or None."""
    said = [c.needed_channel for c in codes]
    kinds = [kind for kind in NEEDS if kind != UNSURE and said.count(kind) >= ENOUGH]
    return kinds[0] if len(kinds) == 1 else None


def waiting_for(coder: str, sample: Sequence[str], codes: Sequence[NeedCode]) -> tuple[str, ...]:
    """The conversations ``coder`` may still code: fewer than two codes, or two that differ."""
    held = by_conversation(codes)
    return tuple(name for name in sample if _open_to(coder, held.get(name, ())))


def _open_to(coder: str, codes: Sequence[NeedCode]) -> bool:
    if any(c.coder == coder for c in codes):
        return False
    return len(codes) < ENOUGH or (len(codes) == ENOUGH and agreed(codes) is None)
