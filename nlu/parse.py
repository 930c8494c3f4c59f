"""Put many messages through safety and the trained model, without servers.

    python -m nlu.parse (--models DIR | --model FILE) --in FILE.jsonl --out FILE.jsonl [--jobs N]

Each input line is ``{"text": …, "lang": optional, …}``. Its fields are kept, and these added:
language, service, lgsl, intent, confidence, candidates (the three likeliest services), kind,
crisis (type or null), fallback, ms.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bot.errors import BadFile, FairwayError
from bot.files.cards import load_cards
from bot.files.live_model import live_model
from bot.plain_requests import plain_request
from bot.rasa.quiet import make_logs_quiet
from bot.rasa.understood import understanding
from bot.safety import check_safety
from bot.service_card import ServiceCard
from nlu.parser import ModelNotLoaded, Parse, load_parser

CARDS = Path(__file__).resolve().parent.parent / "bot" / "services"
CANDIDATES = 3
Understand = Callable[[dict[str, Any]], dict[str, Any]]


class ParsingEnded(FairwayError):
    """A process that reads messages ended. The lines above say why; if they don't, memory may
    have run out: try fewer --jobs."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Understand many messages, without servers.")
    parser.add_argument("--models", type=Path, help="folder of the live model")
    parser.add_argument("--model", type=Path, help="a model's file, used as it is")
    parser.add_argument("--in", dest="source", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=1)
    asked = parser.parse_args()
    if not asked.model and not asked.models:
        parser.error("name --models or --model")
    try:
        model = asked.model or live_model(asked.models).path
        parse_file(model, asked.source, asked.out, asked.jobs)
    except FairwayError as error:
        sys.stderr.write(f"✗ {error}\n")
        return 1
    return 0


def parse_file(model: Path, source: Path, out: Path, jobs: int = 1) -> None:
    """Understand every line of ``source``. Raises BadFile naming the line that is wrong."""
    lines = list(_read(source))
    with out.open("w", encoding="utf-8") as file:
        for line in _understood(model, lines, jobs):
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _read(source: Path) -> Iterator[dict[str, Any]]:
    for number, text in enumerate(source.read_text("utf-8").split("\n"), start=1):
        if not text.strip():
            continue
        try:
            line = json.loads(text)
        except ValueError as error:
            raise BadFile(source, number, "not JSON", "Write one JSON object a line.") from error
        if not isinstance(line, dict) or not isinstance(line.get("text"), str):
            raise BadFile(source, number, "no text", 'Write {"text": "…"}.')
        yield line


def _understood(model: Path, lines: list[dict[str, Any]], jobs: int) -> Iterable[dict[str, Any]]:
    if jobs <= 1:
        understand = make_understand(model)
        yield from (understand(line) for line in lines)
        return
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # they would wait for each other
    try:
        with ProcessPoolExecutor(jobs, get_context("spawn"), _Worker.start, (model,)) as pool:
            yield from pool.map(_Worker.work, lines, chunksize=25)
    except BrokenProcessPool as error:  # unlike multiprocessing's own pool it does not try for ever
        raise ParsingEnded from error


class _Worker:
    """One process of several; each loads the model once."""

    understand: Understand

    @classmethod
    def start(cls, model: Path) -> None:
        try:
            cls.understand = staticmethod(make_understand(model))
        except ModelNotLoaded as error:  # only that it ended reaches the first process
            sys.stderr.write(f"✗ {error}\n")
            raise

    @classmethod
    def work(cls, line: dict[str, Any]) -> dict[str, Any]:
        return cls.understand(line)


def make_understand(model: Path) -> Understand:
    """A function that adds what was understood to a line."""
    make_logs_quiet()
    parse, cards = load_parser(model), load_cards(CARDS)
    check_safety("")  # reads the phrases now, so that the first message is not slow
    parse("hello", {})

    def understand(line: dict[str, Any]) -> dict[str, Any]:
        began = time.perf_counter()
        made = _understand(line["text"], line.get("lang"), parse, cards)
        return {**line, **made, "ms": round((time.perf_counter() - began) * 1000, 3)}

    return understand


def _understand(
    text: str, lang: Any, parse: Parse, cards: Mapping[str, ServiceCard]
) -> dict[str, Any]:
    crisis, request = check_safety(text), plain_request(text)
    given = {"language": lang, "language_chosen": True} if isinstance(lang, str) else {}
    parsed = parse(text.lstrip("/ ") or " ", given)
    made = understanding(parsed, given, cards)
    services = understanding({**parsed, "intent_ranking": _services(parsed)}, given, cards)
    found = {
        "language": made["language"],
        **{key: made[key] for key in ("service", "lgsl", "intent", "confidence", "kind")},
        "candidates": [
            {key: c[key] for key in ("service", "lgsl", "confidence")}
            for c in services["candidates"][:CANDIDATES]
        ],
        "crisis": crisis.kind if crisis else None,
        "fallback": made["fallback"],
    }
    kind = "crisis" if crisis else request.kind if request else None
    return {**found, **_certain(kind)} if kind else found


def _services(parsed: Mapping[str, Any]) -> list[Any]:
    ranking = parsed.get("intent_ranking") or ()
    return [c for c in ranking if str(c.get("name", "")).startswith("service_")]


def _certain(kind: str) -> dict[str, Any]:
    """What a phrase decided before the model was asked."""
    nothing = {"service": None, "lgsl": None, "fallback": False}
    return {"intent": kind, "kind": kind, "confidence": 1.0, **nothing}


if __name__ == "__main__":
    sys.exit(main())
