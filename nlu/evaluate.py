"""How well messages are understood, by language and way of writing, with intervals.

    python -m nlu.evaluate --models DIR [--json OUT] FILE.jsonl …

Each line of a file is ``{"text", "lang", "intent", "variety"}``: what a person said a message
means. The sets in ``nlu/devset`` were written apart from the training phrases.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.errors import BadFile, FairwayError
from bot.files.live_model import live_model
from bot.intents import kind_of, service_of
from bot.rasa.quiet import make_logs_quiet
from nlu.parse import parse_file

Z = 1.959963984540054  # the normal distribution's 97.5 % point


@dataclass(frozen=True)
class Share:
    """``k`` of ``n``, with Wilson's 95 % interval (Wilson 1927). All None without messages."""

    what: str
    lang: str
    group: str
    k: int
    n: int
    share: float | None
    low: float | None
    high: float | None


def main() -> int:
    parser = argparse.ArgumentParser(description="How well messages are understood.")
    parser.add_argument("--models", type=Path, required=True, help="folder of the live model")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("files", type=Path, nargs="+")
    asked = parser.parse_args()
    make_logs_quiet()
    try:
        lines = [line for path in asked.files for line in _read(path)]
        shares = evaluate(live_model(asked.models).path, lines)
    except FairwayError as error:
        sys.stderr.write(f"✗ {error}\n")
        return 1
    sys.stdout.write(as_text(shares))
    if asked.json:
        asked.json.write_text(json.dumps([asdict(s) for s in shares], indent=1), "utf-8")
    return 0


def evaluate(model: Path, lines: Sequence[Mapping[str, Any]]) -> list[Share]:
    """Every figure: services right first and among the first three, kinds right, by group."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "in.jsonl", Path(folder) / "out.jsonl"
        # The parser's answer has fields of the same names, so what was meant goes by others.
        asked = ({"text": line["text"], "wanted": dict(line)} for line in lines)
        source.write_text("".join(json.dumps(one) + "\n" for one in asked), "utf-8")
        parse_file(model, source, out)
        parsed = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    return list(_shares(parsed))


def _shares(parsed: Sequence[Mapping[str, Any]]) -> Iterable[Share]:
    services = [p for p in parsed if service_of(p["wanted"]["intent"])]
    others = [p for p in parsed if not service_of(p["wanted"]["intent"])]
    for lang in sorted({p["wanted"]["lang"] for p in parsed}):
        mine = [p for p in services if p["wanted"]["lang"] == lang]
        yield _share("service, first guess", lang, "all", map(_first, mine))
        yield _share("service, first three", lang, "all", map(_first_three, mine))
        for variety in sorted({str(p["wanted"].get("variety")) for p in mine}):
            group = [p for p in mine if str(p["wanted"].get("variety")) == variety]
            yield _share("service, first guess", lang, variety, map(_first, group))
        rest = [p for p in others if p["wanted"]["lang"] == lang]
        for kind in sorted({kind_of(p["wanted"]["intent"]) for p in rest}):
            group = [p for p in rest if kind_of(p["wanted"]["intent"]) == kind]
            yield _share("kind", lang, kind, (p["kind"] == kind for p in group))
        heard = [p for p in parsed if p["wanted"]["lang"] == lang and _is_long(p)]
        yield _share("language", lang, "3 words or more", (p["language"] == lang for p in heard))


def _first(parsed: Mapping[str, Any]) -> bool:
    return bool(parsed["intent"] == parsed["wanted"]["intent"])


def _first_three(parsed: Mapping[str, Any]) -> bool:
    wanted = service_of(parsed["wanted"]["intent"])
    return _first(parsed) or wanted in {c["service"] for c in parsed["candidates"]}


def _is_long(parsed: Mapping[str, Any]) -> bool:
    return len(str(parsed["text"]).split()) >= 3


def _share(what: str, lang: str, group: str, right: Iterable[bool]) -> Share:
    outcomes = list(right)
    k, n = sum(outcomes), len(outcomes)
    if not n:
        return Share(what, lang, group, 0, 0, None, None, None)
    low, high = wilson(k, n)
    return Share(what, lang, group, k, n, k / n, low, high)


def wilson(k: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval for ``k`` of ``n`` (``n`` above 0)."""
    centre = (k + Z * Z / 2) / (n + Z * Z)
    half = Z / (n + Z * Z) * math.sqrt(k * (n - k) / n + Z * Z / 4)
    return max(0.0, centre - half), min(1.0, centre + half)


def as_text(shares: Iterable[Share]) -> str:
    """A table for people."""
    rows = [
        f"{s.lang:3} {s.what:21} {s.group:16} {s.k:5}/{s.n:<5} "
        + (f"{s.share:.3f}  ({s.low:.3f} to {s.high:.3f})" if s.share is not None else "–")
        for s in shares
    ]
    return "\n".join(rows) + "\n"


def _read(path: Path) -> Iterable[dict[str, Any]]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            found = {"variety": "plain", **json.loads(line)}
            yield {k: str(found[k]) for k in ("text", "lang", "intent", "variety")}
        except (ValueError, KeyError, TypeError) as error:
            remedy = 'Each line needs "text", "lang" and "intent".'
            raise BadFile(path, number, "cannot be read", remedy) from error


if __name__ == "__main__":
    sys.exit(main())
