"""A synthetic district: its stated margins, and people drawn from them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from typing import Any

import yaml

from fairness.errors import AuditError

DISTRICT = Path(__file__).parent / "district.yml"
Shares = Mapping[str, float]


class DistrictWrong(AuditError):
    """The district's file cannot be used. See fairness/simulate/district.yml for its form."""


@dataclass(frozen=True)
class Person:
    """One synthetic citizen with one need. ``asked_channel`` is empty where they ask for none.

    ``barriers`` are those they tell of; ``card`` is the service card of what they want.
    """

    traits: Mapping[str, str]
    service: str
    needed_channel: str
    asked_channel: str
    texts: tuple[str, ...]
    barriers: tuple[str, ...] = ()
    card: str = ""


def read_district(path: Path = DISTRICT) -> Mapping[str, Any]:
    """The district. Raises DistrictWrong where shares do not add up to 1."""
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
        for name, shares in data["people"].items():
            conditional = [table for key, table in shares.items() if key != "given"]
            for table in conditional if "given" in shares else [shares]:
                _check_sum(path, name, table)
        _check_sum(path, "needs", {n["service"]: n["share"] for n in data["needs"]})
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise DistrictWrong(f"{path}: {error!r}. See {DISTRICT.name} for its form.") from None
    return dict(data)


def draw_people(district: Mapping[str, Any], number: int, seed: int) -> tuple[Person, ...]:
    """``number`` people; the same seed gives the same people."""
    dice = random.Random(seed)
    return tuple(_person(district, dice) for _ in range(number))


def _check_sum(path: Path, name: str, shares: Shares) -> None:
    total = sum(shares.values())
    if not isclose(total, 1.0, abs_tol=1e-6):
        raise DistrictWrong(f"{path}: the shares of {name} add up to {total:g}. Make it 1.")


def _person(district: Mapping[str, Any], dice: random.Random) -> Person:
    traits: dict[str, str] = {}
    for name, shares in district["people"].items():
        table = shares[traits[shares["given"]]] if "given" in shares else shares
        traits[name] = _draw(table, dice)
    need = dice.choices(district["needs"], [n["share"] for n in district["needs"]])[0]
    language = traits["language"]
    texts, barriers = [need["text"][language]], []
    for line in district["says"]:
        if _holds(line, traits) and dice.random() < line["share"]:
            texts[0] += ". " + line["text"][language]
            barriers += [line["barrier"]] if "barrier" in line else []
    asked = ""
    for line in district["asks"]:
        if dice.random() < line["share"]:
            asked = line["channel"]
            texts.append(line["text"][language])
    needed = next((r["channel"] for r in district["needed"] if _holds(r, traits)), need["channel"])
    return Person(
        traits, need["service"], needed, asked, tuple(texts), tuple(barriers), need.get("card", "")
    )


def _draw(shares: Shares, dice: random.Random) -> str:
    return dice.choices(list(map(str, shares)), list(shares.values()))[0]


def _holds(line: Mapping[str, Any], traits: Mapping[str, str]) -> bool:
    return all(traits[name] == value for name, value in line.items() if name in traits)
