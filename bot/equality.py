"""What citizens chose to tell about themselves, asked after service and kept apart.

Nothing here can be read back by the assistant, the desk or the routing: the port only writes,
forgets, and says whether there is an answer. Only the audit (fairness/) reads what was said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

PREFER_NOT_TO_SAY = "prefer_not_to_say"
UNKNOWN = "unknown"
"""They were asked and left it empty, or the answer is none of the scheme's."""
NOT_ASKED = "not_asked"
"""There is no answer sheet for the conversation."""


@dataclass(frozen=True)
class AnswerSheet:
    """One citizen's answers. ``answers``: question id → category code of the scheme.

    ``link`` takes the place of the conversation's id (see ``link_of``); ``day`` is no finer
    than a day, so that a sheet cannot be matched to a conversation by its time.
    """

    link: str
    scheme: str
    answers: Mapping[str, str]
    day: date


@dataclass(frozen=True)
class Category:
    """One answer to choose. ``labels``: language → text."""

    code: str
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """One question. ``characteristic`` names the Equality Act's own, or is empty.

    ``grouping``: category code → the broader code the audit uses where groups are small.
    """

    id: str
    characteristic: str
    labels: Mapping[str, str]
    categories: tuple[Category, ...]
    grouping: Mapping[str, str]

    @property
    def codes(self) -> frozenset[str]:
        """Every answer that can be kept."""
        return frozenset({c.code for c in self.categories} | {PREFER_NOT_TO_SAY})


@dataclass(frozen=True)
class Scheme:
    """A versioned set of questions; ``name`` and ``version`` together are its id."""

    name: str
    version: str
    title: str
    source: str
    questions: tuple[Question, ...]

    @property
    def id(self) -> str:
        """What answer sheets name: ``ons_census_2021@1``."""
        return f"{self.name}@{self.version}"


def link_of(conversation_id: str, key: str) -> str:
    """The name under which a conversation's answers are kept: HMAC-SHA256, in hex.

    One way: without the key neither a sheet leads to a conversation nor the other way round.
    """
    return linker(key)(conversation_id)


def linker(key: str) -> Callable[[str], str]:
    """``link_of`` with ``key`` for very many conversations.

    RFC 2104 hashes the key twice for every message; here both are hashed once and copied, which
    takes 0.4 of the time.
    """
    secret = key.encode()
    padded = (sha256(secret).digest() if len(secret) > _BLOCK else secret).ljust(_BLOCK, b"\0")
    inner, outer = (sha256(bytes(byte ^ pad for byte in padded)) for pad in (0x36, 0x5C))

    def link(conversation_id: str) -> str:
        inside, outside = inner.copy(), outer.copy()
        inside.update(conversation_id.encode())
        outside.update(inside.digest())
        return outside.hexdigest()

    return link


_BLOCK = 64
"""Bytes that SHA-256 takes at once."""


def tidy_answers(scheme: Scheme, given: Mapping[str, str]) -> dict[str, str]:
    """``given`` with what the scheme does not know as UNKNOWN, and every question there."""
    return {q.id: given[q.id] if given.get(q.id) in q.codes else UNKNOWN for q in scheme.questions}
