"""Intents are no likelier for having more training phrases.

In a language with five phrases a service and fifty a danger, a classifier learns that danger is
ten times as common as a pothole, and hears it in whatever it does not know. Phrases were written
intent by intent; how many there are says nothing about what citizens ask. So a part of the
logarithm of their number is taken away again (logit adjustment: Menon et al. 2021).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Array = Any  # numpy arrays carry no useful types here
SHARE = 0.6
"""Of the logarithm that is taken away: all of it costs danger that is named in odd words."""
FEWEST = 5
"""Phrases below which numbers are chance; also taken for an intent that a language has none of."""


def leanings(
    labels: Sequence[str], languages: Sequence[str], names: Sequence[str]
) -> dict[str, Array]:
    """Language → what is added to the log-probability of each of ``names``. Not for phrases of
    no named language: those are a sample as it came, so their numbers do say something."""
    counts = Counter(zip(languages, labels, strict=True))
    return {
        language: -SHARE * np.log([max(counts[language, name], FEWEST) for name in names])
        for language in sorted(set(languages) - {""})
    }


def lean_of(languages: Sequence[str], leaning: Mapping[str, Array], names: Sequence[str]) -> Array:
    """The rows of ``leaning`` for texts in these languages, texts × names."""
    none = np.zeros(len(names))
    return np.stack([leaning.get(language, none) for language in languages])
