"""Write the common words of each language into bot/phrases_data/<language>.words.

    python -m nlu.common_words

They tell the check for danger which languages a message may be in, with no model: words of one
language are other words in another. Made from the training phrases, misspelt ones left out.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

import yaml

from bot.folding import WORD
from bot.phrases import normalise

ROOT = Path(__file__).resolve().parent.parent
WORDS = ROOT / "bot" / "phrases_data"
LEFT_OUT = frozenset({"misspelt", "sms", "dialect"})
OFTEN = 2
"""Phrases in which a word must be: once may be a name or a slip."""
HEADER = "# Common words, written by python -m nlu.common_words.\n"
_A_LINE = 12
_WORD = re.compile(rf"[{WORD}]+")


def main() -> int:
    for folder in sorted(path for path in (ROOT / "nlu" / "data").iterdir() if path.is_dir()):
        words = common_words(folder)
        lines = (" ".join(words[i : i + _A_LINE]) for i in range(0, len(words), _A_LINE))
        (WORDS / f"{folder.name}.words").write_text(HEADER + "\n".join(lines) + "\n", "utf-8")
        sys.stdout.write(f"{folder.name}: {len(words)} words\n")
    return 0


def common_words(folder: Path) -> list[str]:
    """The words of a language's phrases that stand in more than one of them, sorted."""
    counts: Counter[str] = Counter()
    for path in sorted(folder.glob("*.yml")):
        for block in yaml.safe_load(path.read_text("utf-8")).get("nlu") or ():
            if (block.get("metadata") or {}).get("variety") in LEFT_OUT:
                continue
            for line in str(block.get("examples") or "").splitlines():
                counts.update(set(normalise(line[2:]).split()))
    often = (word for word, times in counts.items() if times >= OFTEN)
    return sorted(word for word in often if _WORD.fullmatch(word))


if __name__ == "__main__":
    sys.exit(main())
