"""Which passages of the council's pages are near a question in meaning, whatever its language.

``bot/find_passage.py`` decides what is quoted; here is only said how near each passage is.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from bot.page import Page, digest_of
from nlu.encoders.kept import encode_new, key_of, read_vectors, unpacked, write_vectors
from nlu.encoders.port import SentenceEncoder

Array = Any  # numpy arrays carry no useful types here
MOST = 20
"""Passages that are named for a question; as many again of the service, where it is known."""


@dataclass(frozen=True)
class Passages:
    """Every passage of some pages. ``rows``: n × d, centred, each of length 1; ``keys`` and
    ``pages``: the name of each passage, and the page it is on."""

    rows: Array
    keys: tuple[str, ...]
    pages: tuple[Page, ...]
    digest: str
    middles: Mapping[str, Array] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        pages: Sequence[Page],
        encoder: SentenceEncoder,
        middles: Mapping[str, Array],
        kept: Path | None = None,
    ) -> Passages:
        """Encode what ``kept`` does not hold yet, and keep in it what these pages need.

        Passages have the same form as questions ("query" for E5): measured on the shipped
        questions, E5's "passage" form found fewer of them."""
        places = [(page, n) for page in pages for n in range(len(page.passages))]
        texts = [page.whole(n) for page, n in places]
        vectors = _encoded(encoder, texts, kept)
        centred = [
            _centred(vector, page.language, middles)
            for vector, (page, _) in zip(vectors, places, strict=True)
        ]
        rows = np.stack(centred) if centred else np.zeros((0, 1), np.float32)
        keys = tuple(page.key(n) for page, n in places)
        return cls(rows, keys, tuple(page for page, _ in places), digest_of(pages), middles)

    def near(
        self, vector: Array, language: str, today: date, lgsl: int | None = None
    ) -> dict[str, float]:
        """The cosine, -1 to 1, of the nearest passages that may be quoted, by their keys; with
        ``lgsl`` those of that service's pages are among them."""
        cosines = self.rows @ _centred(vector, language, self.middles) if self.keys else []
        ranked = [i for i in np.argsort(cosines)[::-1] if self._may(i, language, today)]
        of_service = [i for i in ranked if lgsl is not None and lgsl in self.pages[i].lgsl]
        return {self.keys[i]: float(cosines[i]) for i in ranked[:MOST] + of_service[:MOST]}

    def _may(self, row: int, language: str, today: date) -> bool:
        page = self.pages[row]
        return page.language in (language, "en") and page.may_be_quoted(today)


def _encoded(encoder: SentenceEncoder, texts: Sequence[str], kept: Path | None) -> list[Array]:
    if not texts:
        return []
    held = _read(kept)
    missing = [t for t in dict.fromkeys(texts) if key_of(encoder, t) not in held]
    found = encode_new(encoder, missing)
    wanted = {key: (held | found)[key] for key in (key_of(encoder, text) for text in texts)}
    if kept and wanted and (found or len(wanted) < len(held)):
        _write(kept, wanted)
    return list(unpacked(np.stack([wanted[key_of(encoder, text)] for text in texts])))


def _read(kept: Path | None) -> dict[int, Array]:
    try:
        return read_vectors(kept)
    except BadZipFile:  # cut short; it is made again
        return {}


def _write(kept: Path, vectors: dict[int, Array]) -> None:
    """Several Rasas may keep the same: each writes a file of its own, and puts it in place. What
    cannot be kept is made again at the next start."""
    own = kept.with_suffix(f".{os.getpid()}.npz")
    with suppress(OSError):
        write_vectors(own, vectors)
        own.replace(kept)


def _centred(vector: Array, language: str, middles: Mapping[str, Array]) -> Array:
    """``vector`` without what its language has in common, of length 1. A language without a
    middle has English's."""
    vector = vector / max(float(np.linalg.norm(vector)), 1e-9)
    rest = vector - middles.get(language, middles.get("en", 0.0))
    return rest / max(float(np.linalg.norm(rest)), 1e-9)
