"""How well messages are understood, by language, way of writing and service, with intervals.

    python -m nlu.evaluate (--models DIR | --model FILE) [--out DIR] [--write NAME] [--jobs N]
        FILE.jsonl …

Each line of a file is ``{"text", "lang", "intent", "variety"}``: what a person said a message
means; or, in a file of danger, ``{"text", "lang", "crisis"}`` with the kind or null, and with
``asks`` where it answers a form's question; or, in one of entities,
``{"text", "lang", "variety", "entities": [{"entity", "text", "value"}]}``. The
sets in ``nlu/devset`` were written apart from the training phrases. ``--out`` gets
``understanding.json``, ``.csv`` and ``.html``; ``--write`` puts tables between the marks of that
name in ``docs/understanding.md``. With ``--jobs 1``, the time of a message is told there too.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.errors import BadFile, FairwayError
from bot.files.live_model import live_model
from bot.intents import kind_of, service_of
from bot.rasa.quiet import make_logs_quiet
from nlu.answers import is_alarmed, keep_answers
from nlu.entity_scores import entity_shares
from nlu.evaluation_page import write_evaluation
from nlu.marked_page import DOCS, write_marked
from nlu.parse import parse_file
from nlu.shares import Share, calibration_by_chance, calibration_error, macro_f1, share
from nlu.understanding_tables import tables

Parsed = Mapping[str, Any]
FIRST, FIRST_THREE = "service, first guess", "service, first three"
KIND, LANGUAGE = "kind", "language"
DANGER, FALSE_ALARM = "danger found", "false alarm"
DANGER_AT_FIRST = "danger found, first check"
"""By phrases alone, as while no model answers: Rasa is down, or a person has the case."""
IN_FORM, FALSE_IN_FORM = "danger found, in form", "false alarm, in form"
TURNED_AWAY, FALSELY_HANDLED = "not understood", "wrong and acted on"
MACRO_F1, CALIBRATION = "service, macro-F1", "calibration error"
CHANCE = "calibration error by chance"
"""What a model with true confidences stays below in 95 of 100 sets of as many messages."""
MEDIAN, SLOWEST = "ms, median", "ms, 95th percentile"
"""Of one message, by the clock, as many at once as ``--jobs`` says."""

HAN = re.compile(r"[\u3400-\u9fff]")
"""Chinese characters."""


def main() -> int:
    parser = argparse.ArgumentParser(description="How well messages are understood.")
    parser.add_argument("--models", type=Path, help="folder of the live model")
    parser.add_argument("--model", type=Path, help="a model's file, used as it is")
    parser.add_argument("--out", type=Path, help="folder for JSON, CSV and a page")
    parser.add_argument("--write", metavar="NAME", help="marks in docs/understanding.md")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("files", type=Path, nargs="+")
    asked = parser.parse_args()
    if not asked.model and not asked.models:
        parser.error("name --models or --model")
    make_logs_quiet()
    try:
        model = asked.model or live_model(asked.models).path
        shares = evaluate(model, read_lines(asked.files), asked.jobs)
        sys.stdout.write(as_text(shares))
        names = [path.name for path in asked.files]
        if asked.out:
            write_evaluation(asked.out, shares, model.name, names)
        if asked.write:
            text = tables(shares, model.name, names, asked.jobs)
            write_marked(DOCS / "understanding.md", asked.write, text)
    except FairwayError as error:
        sys.stderr.write(f"✗ {error}\n")
        return 1
    return 0


def evaluate(
    model: Path, lines: Sequence[Mapping[str, Any]], jobs: int = 2, answers: Path | None = None
) -> list[Share]:
    """Every figure: services right first and among the first three, kinds right, by group.
    ``answers``: a file for what was made of each message."""
    named = [line for line in lines if "entities" in line]
    meant = [line for line in lines if "entities" not in line]
    parsed = _understood(model, meant, jobs) if meant else []
    if answers:
        keep_answers(answers, parsed)
    return (shares_of(parsed) if parsed else []) + entity_shares(named)


def _understood(model: Path, lines: Sequence[Mapping[str, Any]], jobs: int) -> list[Parsed]:
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "in.jsonl", Path(folder) / "out.jsonl"
        # The parser's answer has fields of the same names, so what was meant goes by others.
        asked = ({"text": line["text"], "wanted": dict(line)} for line in lines)
        source.write_text("".join(json.dumps(one) + "\n" for one in asked), "utf-8")
        parse_file(model, source, out, jobs)
        return [json.loads(line) for line in out.read_text("utf-8").split("\n") if line]


def shares_of(parsed: Sequence[Parsed]) -> list[Share]:
    """The figures of parsed lines, each with what was ``wanted``."""
    dangers = [p for p in parsed if "crisis" in p["wanted"]]
    asked = [p for p in parsed if "crisis" not in p["wanted"]]
    found: list[Share] = []
    for lang in sorted({p["wanted"]["lang"] for p in parsed}):
        mine = [p for p in asked if p["wanted"]["lang"] == lang]
        services = [p for p in mine if service_of(p["wanted"]["intent"])]
        found += _of_services(lang, services)
        found += _of_kinds(lang, [p for p in mine if not service_of(p["wanted"]["intent"])])
        risky = [p for p in dangers if p["wanted"]["lang"] == lang]
        found += _of_danger(lang, [p for p in risky if "asks" not in p["wanted"]])
        found += _of_forms(lang, [p for p in risky if "asks" in p["wanted"]])
        heard = (p["language"] == lang for p in mine if _is_long(p))
        found.append(share(LANGUAGE, lang, "3 words or more", heard))
        found += _times(lang, services)
    return [one for one in found if one.n]


def _of_services(lang: str, services: Sequence[Parsed]) -> Iterator[Share]:
    yield share(FIRST, lang, "all", map(_first, services))
    yield share(FIRST_THREE, lang, "all", map(_first_three, services))
    yield share(TURNED_AWAY, lang, "all", (p["fallback"] for p in services), good=False)
    wrong = (not p["fallback"] and not _first(p) for p in services)
    yield share(FALSELY_HANDLED, lang, "all", wrong, good=False)
    truth = [str(p["wanted"]["intent"]) for p in services]
    yield _figure(MACRO_F1, lang, macro_f1(truth, [str(p["intent"]) for p in services]), services)
    sure = [float(p["confidence"]) for p in services]
    error = calibration_error(
        sure, [p["intent"] == t for p, t in zip(services, truth, strict=True)]
    )
    yield _figure(CALIBRATION, lang, error, services, good=False)
    yield _figure(CHANCE, lang, calibration_by_chance(sure), services, good=False)
    for variety, group in _grouped(services, lambda p: str(p["wanted"].get("variety"))):
        yield share(FIRST, lang, variety, map(_first, group))
        yield share(FIRST_THREE, lang, variety, map(_first_three, group))
        yield share(TURNED_AWAY, lang, variety, (p["fallback"] for p in group), good=False)
    for service, group in _grouped(services, lambda p: str(p["wanted"]["intent"])):
        yield share(FIRST, lang, service, map(_first, group))


def _times(lang: str, lines: Sequence[Parsed]) -> Iterator[Share]:
    times = sorted(float(p["ms"]) for p in lines if "ms" in p)
    for what, part in ((MEDIAN, 0.5), (SLOWEST, 0.95)):
        if times:
            yield _figure(what, lang, times[int(part * (len(times) - 1))], lines, good=False)


def _of_kinds(lang: str, others: Sequence[Parsed]) -> Iterator[Share]:
    for kind, group in _grouped(others, lambda p: kind_of(p["wanted"]["intent"])):
        yield share(KIND, lang, kind, (p["kind"] == kind for p in group))


def _of_danger(lang: str, lines: Sequence[Parsed]) -> Iterator[Share]:
    alarmed = [(p["wanted"]["crisis"], is_alarmed(p)) for p in lines]
    yield share(DANGER, lang, "all", (alarm for kind, alarm in alarmed if kind))
    for kind in sorted({kind for kind, _ in alarmed if kind}):
        yield share(DANGER, lang, kind, (alarm for one, alarm in alarmed if one == kind))
    heard = (bool(p["crisis"]) for p in lines if p["wanted"]["crisis"])
    yield share(DANGER_AT_FIRST, lang, "all", heard)
    yield share(FALSE_ALARM, lang, "look-alikes", (a for k, a in alarmed if not k), good=False)


def _of_forms(lang: str, lines: Sequence[Parsed]) -> Iterator[Share]:
    yield share(IN_FORM, lang, "all", (is_alarmed(p) for p in lines if p["wanted"]["crisis"]))
    calm = (is_alarmed(p) for p in lines if not p["wanted"]["crisis"])
    yield share(FALSE_IN_FORM, lang, "answers", calm, good=False)


def _grouped(lines: Sequence[Parsed], of: Any) -> Iterator[tuple[str, list[Parsed]]]:
    for name in sorted({of(p) for p in lines}):
        yield name, [p for p in lines if of(p) == name]


def _figure(
    what: str, lang: str, value: float, lines: Sequence[Parsed], good: bool = True
) -> Share:
    """A figure that is no share, so that it has no interval."""
    return Share(what, lang, "all", 0, len(lines), value, None, None, good)


def _first(parsed: Parsed) -> bool:
    return bool(parsed["intent"] == parsed["wanted"]["intent"])


def _first_three(parsed: Parsed) -> bool:
    wanted = service_of(parsed["wanted"]["intent"])
    return _first(parsed) or wanted in {c["service"] for c in parsed["candidates"]}


def _is_long(parsed: Parsed) -> bool:
    """Three words or more; in Chinese, which has no spaces, two characters count as one."""
    text = str(parsed["text"])
    return len(HAN.sub(" ", text).split()) + len(HAN.findall(text)) // 2 >= 3


def as_text(shares: Iterable[Share], services: bool = False) -> str:
    """A table for people, without the row of every service."""
    shown = (s for s in shares if services or not s.group.startswith("service_"))
    return "\n".join(map(_line, shown)) + "\n"


def _line(s: Share) -> str:
    counts = f"{s.k:5}/{s.n:<5}" if s.low is not None else f"{'n=':>6}{s.n:<5}"
    range_ = f"  ({s.low:.3f} to {s.high:.3f})" if s.low is not None else ""
    return f"{s.lang:7} {s.what:21} {s.group:16} {counts} {s.share:.3f}{range_}"


def read_lines(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Every line of the files. Raises BadFile naming the line that is wrong."""
    return [line for path in paths for line in _read(path)]


def _read(path: Path) -> Iterator[dict[str, Any]]:
    # Not splitlines: a message may hold U+2028 and other ends of lines that JSON lets stand.
    held = path.read_text("utf-8").removesuffix("\n")
    for number, text in enumerate(held.split("\n") if held else (), start=1):
        try:
            line = {"variety": "plain", **json.loads(text)}
            yield {key: str(line[key]) for key in ("text", "lang", "variety")} | _meant(line)
        except (ValueError, KeyError, TypeError) as error:
            remedy = 'Each line needs "text", "lang", and "intent", "crisis" or "entities".'
            raise BadFile(path, number, "cannot be read", remedy) from error


def _meant(line: Mapping[str, Any]) -> dict[str, Any]:
    for key in ("crisis", "entities"):
        if key in line:
            return {key: line[key]} | ({"asks": line["asks"]} if "asks" in line else {})
    return {"intent": line["intent"]}


if __name__ == "__main__":
    sys.exit(main())
