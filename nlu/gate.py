"""Whether a newly trained model may go live: nobody may be understood worse for it.

``nlu/floors.yml`` names the evaluation sets and the lowest share each group must reach. A model
that falls below a floor, or below the live model's interval, does not go live; the reasons are
said. Somebody may overrule that, with a name and a reason, which are kept in
``models/gate.jsonl``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import yaml

from bot.errors import BadFile, FairwayError
from nlu.answers import answers_of
from nlu.evaluate import evaluate, read_lines
from nlu.shares import Share

FLOORS, LOG = "nlu/floors.yml", "gate.jsonl"
REMEDY = "Write it as the others are; see the head of nlu/floors.yml."
FEWEST = 20
"""Messages of a group below which a comparison with the live model says nothing."""


class GateClosed(FairwayError):
    """The new model would understand some people worse, so it does not go live."""


@dataclass(frozen=True)
class Floor:
    """The least (or, where less is better, the most) that ``what`` may be for a group. ``lang``
    and ``group`` may be ``*``: every one that has no floor of its own."""

    what: str
    lang: str
    group: str
    limit: float


@dataclass(frozen=True)
class Floors:
    """``sets``: files of messages; ``floors``: the limits."""

    sets: tuple[Path, ...]
    floors: tuple[Floor, ...]


def read_floors(root: Path) -> Floors | None:
    """The floors under ``root``; None where there is no such file. Raises BadFile."""
    path = root / FLOORS
    if not path.is_file():
        return None
    try:
        held = yaml.safe_load(path.read_text("utf-8"))
        sets = tuple(path.parent / "devset" / name for name in held["sets"])
        floors = tuple(
            Floor(what, str(lang), str(group), float(limit))
            for what, groups in held["floors"].items()
            for lang, by_group in groups.items()
            for group, limit in by_group.items()
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadFile(path, None, f"cannot be read: {error}", REMEDY) from error
    gone = [one for one in sets if not one.is_file()]
    if gone:
        raise BadFile(path, None, f"there is no set {gone[0].name}", "Mend the name.")
    return Floors(sets, floors)


def check(
    model: Path, floors: Floors, live: Sequence[Share] | None
) -> tuple[list[Share], list[str]]:
    """The new model's figures, and why it may not go live (nothing: it may)."""
    shares = evaluate(model, read_lines(floors.sets), answers=answers_of(model))
    return shares, [*below(shares, floors.floors), *worse(shares, live or ())]


def below(shares: Sequence[Share], floors: Sequence[Floor]) -> Iterator[str]:
    """A sentence for each group below its floor."""
    for one in shares:
        limit = _limit(one, floors)
        if limit is None or one.share is None:
            continue
        short = one.share < limit if one.good else one.share > limit
        if short:
            bound = "the floor is" if one.good else "at most allowed:"
            yield f"{_named(one)}: {one.share:.3f} of {one.n}; {bound} {limit:.3f}"


def worse(shares: Sequence[Share], live: Sequence[Share]) -> Iterator[str]:
    """A sentence for each group that the live model understands better, beyond its interval."""
    held = {one.key: one for one in live}
    for one in shares:
        before = _comparable(one, held)
        if before is None or one.share is None or before.low is None or before.high is None:
            continue
        lost = one.share < before.low if one.good else one.share > before.high
        if lost:
            had = f"the live model has {before.share:.3f}"
            yield f"{_named(one)}: {one.share:.3f} of {one.n}; {had}"


def unmeasured(shares: Sequence[Share], floors: Sequence[Floor]) -> Iterator[str]:
    """A sentence for each floor that no message of the evaluation sets was held against."""
    for floor in floors:
        held = any(
            one.share is not None and one.what == floor.what
            and floor.lang in (one.lang, "*") and floor.group in (one.group, "*")
            for one in shares
        )  # fmt: skip
        if not held:
            yield f"{floor.lang}, {floor.what}, {floor.group}: no message of the sets is of it"


def not_compared(shares: Sequence[Share], live: Sequence[Share] | None) -> str:
    """Why no group could be compared with the live model; nothing where some were."""
    if not live:
        return "there is no live model, or its figures are not kept beside it"
    if any(_comparable(one, {s.key: s for s in live}) for one in shares):
        return ""
    return f"no group of {FEWEST} messages or more was measured on as many with the live model"


def note(models: Path, entry: Mapping[str, Any]) -> None:
    """Add what was decided to the folder's log."""
    at = datetime.now(timezone.utc).isoformat(timespec="seconds")
    with (models / LOG).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"at": at, **entry}, ensure_ascii=False) + "\n")


def keep_shares(model: Path, shares: Sequence[Share]) -> None:
    """Write the figures beside the model."""
    figures_of(model).write_text(json.dumps([asdict(one) for one in shares], indent=1), "utf-8")


def shares_beside(model: Path) -> list[Share] | None:
    """The figures kept beside a model, or None."""
    try:
        return [Share(**one) for one in json.loads(figures_of(model).read_text("utf-8"))]
    except (OSError, ValueError, TypeError):
        return None


def figures_of(model: Path) -> Path:
    """The file of a model's figures."""
    return model.with_name(model.name.removesuffix(".tar.gz") + ".figures.json")


def _limit(one: Share, floors: Sequence[Floor]) -> float | None:
    """The closest floor: named language before ``*``, named group before ``*``."""
    fitting = [
        f for f in floors
        if f.what == one.what and f.lang in (one.lang, "*") and f.group in (one.group, "*")
    ]  # fmt: skip
    best = max(fitting, key=lambda f: (f.group != "*", f.lang != "*"), default=None)
    return best.limit if best else None


def _comparable(one: Share, held: Mapping[tuple[str, str, str], Share]) -> Share | None:
    """The live model's share beside ``one``, where it says something."""
    before = held.get(one.key)
    if before is None or one.share is None or before.n != one.n or one.n < FEWEST:
        return None
    return None if before.low is None or before.high is None else before


def _named(one: Share) -> str:
    return f"{one.lang}, {one.what}, {one.group}"
