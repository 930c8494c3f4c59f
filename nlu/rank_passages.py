"""Say which passages are near each of many questions, without servers; for measuring.

    python -m nlu.rank_passages --models DIR --pages FOLDER --in FILE.jsonl --out FILE.jsonl

Each input line is ``{"ask": …, "lang": …}``; each output line is the cosines, by passage key.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.errors import FairwayError
from bot.files.live_model import live_model
from bot.files.pages import load_pages
from bot.rasa.lean import start_lean
from bot.rasa.quiet import make_logs_quiet


def main() -> int:
    parser = argparse.ArgumentParser(description="Rank passages for many questions.")
    for name in ("--models", "--pages", "--in", "--out"):
        parser.add_argument(name, type=Path, required=True)
    asked = vars(parser.parse_args())
    make_logs_quiet()
    try:
        lines = [json.loads(line) for line in asked["in"].read_text("utf-8").splitlines()]
        near = nearness(live_model(asked["models"]).path, asked["pages"], lines)
        asked["out"].write_text("".join(f"{json.dumps(one)}\n" for one in near), "utf-8")
    except FairwayError as error:
        sys.stderr.write(f"✗ {error}\n")
        return 1
    return 0


def nearness(model: Path, folder: Path, asked: Iterable[dict[str, Any]]) -> list[dict[str, float]]:
    """For each question the cosines of the nearest passages, as the running product tells them;
    empty ones when the model has no encoder. Raises BadFile for a broken page."""
    pages = load_pages(folder)
    classifier = load_classifier(model)
    from nlu.passage_channel import middles_of
    from nlu.passages import Passages

    if classifier.encoder is None:
        return [{} for _ in asked]
    held = Passages.of(pages, classifier.encoder, middles_of(classifier))
    return [
        held.near(classifier.vector_of(one["ask"]), one["lang"], date.today(), one.get("lgsl"))
        for one in asked
    ]


def load_classifier(model: Path) -> Any:
    """The intent classifier of ``model``. Its hash must have been checked before."""
    start_lean(model)
    from rasa.engine import loader
    from rasa.engine.storage.local_model_storage import LocalModelStorage

    from bot.rasa.straight_runner import StraightRunner
    from nlu.components.intent_classifier import IntentClassifier

    with TemporaryDirectory(prefix="fairway-model-") as folder:
        _, runner = loader.load_predict_graph_runner(
            Path(folder), model, LocalModelStorage, StraightRunner
        )
    return runner.component(IntentClassifier)


if __name__ == "__main__":
    sys.exit(main())
