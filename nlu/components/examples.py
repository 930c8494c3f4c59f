"""What an intent model learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any  # numpy arrays carry no useful types here
ENGLISH = "en"


@dataclass(frozen=True)
class Examples:
    """Phrases, and what is known of each. ``vectors`` are the encoder's, one row a text, or None
    without one; ``english`` those of the encoder of English, a row for each of
    ``places_of_english``; ``varieties`` the ways of writing, where they are known; ``lookalikes``
    says which phrases were written to look like danger and are none."""

    texts: Sequence[str]
    labels: Sequence[str]
    languages: Sequence[str]
    vectors: Array | None = None
    varieties: Sequence[str] = ()
    lookalikes: Sequence[bool] = ()
    english: Array | None = None

    def take(self, places: Sequence[int]) -> Examples:
        """The examples at ``places``, in that order."""
        return Examples(
            [self.texts[i] for i in places],
            [self.labels[i] for i in places],
            [self.languages[i] for i in places],
            None if self.vectors is None else self.vectors[list(places)],
            [self.varieties[i] for i in places] if self.varieties else (),
            [self.lookalikes[i] for i in places] if self.lookalikes else (),
            None if self.english is None else self.english_of(np.array(places, dtype=int)),
        )

    def english_of(self, places: Array) -> Array:
        """The vectors of the encoder of English for those of ``places`` that are English."""
        mine = places_of_english(self.languages)
        assert self.english is not None
        return self.english[np.searchsorted(mine, places[np.isin(places, mine)])]


def places_of_english(languages: Sequence[str]) -> Array:
    """Which phrases are English, or of no language that is named."""
    return np.flatnonzero([language in (ENGLISH, "") for language in languages])
