"""What a model made of each message of the evaluation sets, for the audit to compare.

Beside the model, ``<model>.answers.jsonl``, a line a message: ``{"id", "what", "lang", "variety",
"right"}``. The id is a hash: the message itself is in the set.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.intents import DANGER_IN_FORM, kind_of, service_of


def keep_answers(file: Path, parsed: Sequence[Mapping[str, Any]]) -> None:
    """Write the answers of ``parsed`` lines, each with what was ``wanted``."""
    file.write_text("".join(json.dumps(one) + "\n" for one in _answers(parsed)), "utf-8")


def is_alarmed(one: Mapping[str, Any]) -> bool:
    """Whether a message was heard as danger. In answer to a form (``asks``) the model's guess must
    be a better one; a phrase always counts."""
    least = DANGER_IN_FORM if "asks" in one["wanted"] else 0.0
    return bool(one["kind"] == "crisis" and (one["crisis"] or one["confidence"] >= least))


def answers_of(model: Path) -> Path:
    """The file of a model's answers."""
    return model.with_name(model.name.removesuffix(".tar.gz") + ".answers.jsonl")


def _answers(parsed: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in parsed:
        wanted = one["wanted"]
        what, right = _judged(one, wanted)
        yield {
            "id": sha256(f"{wanted['lang']}\0{one['text']}".encode()).hexdigest()[:16],
            "what": what,
            "lang": str(wanted["lang"]),
            "variety": str(wanted.get("variety") or "plain"),
            "right": right,
        }


def _judged(one: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[str, bool]:
    if "crisis" in wanted:
        alarmed = is_alarmed(one)
        return ("danger missed", alarmed) if wanted["crisis"] else ("false alarm", not alarmed)
    if service_of(wanted["intent"]):
        return "service misunderstood", bool(one["intent"] == wanted["intent"])
    return "wish misunderstood", bool(one["kind"] == kind_of(wanted["intent"]))
