"""Learn the weights of the second look at danger: ``python -m nlu.train_danger_score``.

Reads ``nlu/safety/<language>.txt`` and, as harmless messages, every phrase of ``nlu/data`` that
is not of danger. Writes ``bot/phrases_data/score_<language>.json``. The threshold is the lowest
with which, when each phrase is judged by weights that have not seen it, at most HARMLESS_SHARE
of the phrases of ``nlu/data`` raise an alarm. Never reads ``nlu/devset``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.sparse import csr_matrix, diags
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from bot.danger_score import KINDS
from bot.phrases import PhraseBook
from bot.safety import PHRASES, shipped_safety_check

ROOT = Path(__file__).resolve().parent.parent
HARMLESS_SHARE = 0.003
STRENGTH = 30  # the higher, the closer the weights follow the examples
LEAST_WEIGHT = 0.1
SEEN_IN = 2  # examples in which a feature must stand


def main() -> None:
    """Learn and write the weights of every language."""
    for language, book in shipped_safety_check().books.items():
        made = learn(book, language)
        path = PHRASES / f"score_{language}.json"
        path.write_text(json.dumps(made, ensure_ascii=False, indent=0) + "\n", "utf-8")


def learn(book: PhraseBook, language: str) -> dict[str, Any]:
    """The weights, bias and threshold of one language."""
    told = list(examples(ROOT / "nlu" / "safety" / f"{language}.txt"))
    # every language's: a message is weighed by each book, whatever language it is in
    ordinary = [(text, "none") for text in harmless(ROOT / "nlu" / "data")]
    texts, kinds = zip(*told, *ordinary, strict=True)
    vectorizer, table = _table([book.features(text) for text in texts])
    is_danger = np.array([kind != "none" for kind in kinds])
    apart = cross_val_predict(
        _learner(), table, is_danger, cv=StratifiedKFold(5, shuffle=True, random_state=1),
        method="decision_function",
    )  # fmt: skip
    threshold = np.quantile(apart[len(told) :], 1 - HARMLESS_SHARE)
    rows = [_learner().fit(table, is_danger)]
    inside = np.array(kinds)[is_danger]
    rows += [_learner().fit(table[is_danger], inside == kind) for kind in KINDS]
    weights = np.round(np.vstack([row.coef_[0] for row in rows]).T, 2)
    names = vectorizer.get_feature_names_out()
    kept = {
        str(name): row.tolist()
        for name, row in sorted(zip(names, weights, strict=True), key=lambda pair: -pair[1][0])
        if abs(row[0]) >= LEAST_WEIGHT
    }
    bias = [round(float(row.intercept_[0]), 3) for row in rows]
    return {"threshold": round(float(threshold), 2), "bias": bias, "weights": kept}


def examples(path: Path) -> Iterator[tuple[str, str]]:
    """(text, kind) of every line of a file of messages."""
    kind = ""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif line and not line.startswith("#"):
            yield line, kind


def harmless(folder: Path) -> Iterator[str]:
    """Every training phrase of the assistant that speaks of no danger, without its marks."""
    for path in sorted(folder.glob("*/*.yml")):
        for part in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            if part.get("intent") != "crisis":
                yield from _phrases(str(part.get("examples", "")))


def _phrases(lines: str) -> Iterator[str]:
    for line in lines.splitlines():
        text = re.sub(r"\[([^\]]*)\](\{[^}]*\}|\([^)]*\))", r"\1", line.removeprefix("- "))
        if text.strip():
            yield text.strip()


def _table(rows: Sequence[set[str]]) -> tuple[DictVectorizer, csr_matrix]:
    """Examples by features, each example scaled by the number of its features."""
    count: dict[str, int] = {}
    for row in rows:
        for name in row:
            count[name] = count.get(name, 0) + 1
    vectorizer = DictVectorizer()
    found = vectorizer.fit_transform(
        [{name: 1.0 for name in row if count[name] >= SEEN_IN} for row in rows]
    )
    return vectorizer, diags([(1 + len(row)) ** -0.5 for row in rows]) @ found


def _learner() -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=3000)


if __name__ == "__main__":
    main()
