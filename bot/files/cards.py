"""Read the service cards of a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.errors import BadFile
from bot.files.schema_errors import check
from bot.files.yaml_lines import YamlFile, read_yaml
from bot.need import NeedKind, Urgency
from bot.service_card import Door, Fact, ServiceCard

DOES_IT_HERE = ("open311", "cases", "bins", "library_finder", "directory")
SCHEMA = Path(__file__).with_name("card.schema.json")


def load_cards(folder: Path) -> Mapping[str, ServiceCard]:
    """Every card ``<id>.yml`` in ``folder``, by id.

    Raises BadFile for the first card that is wrong: its file, line and remedy.
    """
    files = [read_yaml(path) for path in sorted(folder.glob("*.yml"))]
    if not files:
        raise BadFile(folder, None, "no service card here", "Put back the cards, one a service.")
    cards = {card.id: card for card in map(_card, files)}
    _refuse_same_lgsl(files)
    return cards


def with_own(cards: Mapping[str, ServiceCard], folder: Path) -> Mapping[str, ServiceCard]:
    """``cards`` with those in ``folder``, which a council has changed, in place of ours. The id and
    the codes of the national lists stay: understanding was trained on them.

    Raises BadFile for the first one that is wrong.
    """
    own = (_own(cards, read_yaml(path)) for path in sorted(folder.glob("*.yml")))
    return {**cards, **{card.id: card for card in own}}


def _own(cards: Mapping[str, ServiceCard], file: YamlFile) -> ServiceCard:
    card = _card(file)
    if card.id not in cards:
        remedy = "Put a new service in bot/services, with its phrases in nlu/data."
        raise file.bad(("id",), f"there is no service {card.id!r} to change", remedy)
    codes, ours = (card.lgsl, card.lgil), (cards[card.id].lgsl, cards[card.id].lgil)
    if codes != ours:
        remedy = f"Put back  lgsl: {ours[0]}  and  lgil: {ours[1]}, or leave both out if none."
        raise file.bad(("lgsl",), "the codes of the national lists cannot be changed here", remedy)
    return card


def _card(file: YamlFile) -> ServiceCard:
    if not isinstance(file.data, dict):
        raise BadFile(file.path, 1, "is empty or no card", "Copy another card and change it.")
    check(file, _schema())
    _check_id(file)
    _check_digital_door(file)
    data = file.data
    doors = data["channels"]
    return ServiceCard(
        id=data["id"],
        lgsl=data.get("lgsl"),
        lgil=data.get("lgil"),
        tier=data["tier"],
        names=data["names"],
        team=data["team"],
        kind=NeedKind(data["need"]["kind"]),
        urgency=Urgency(data["need"]["urgency"]),
        digital=Door(**doors["digital"]),
        assisted=Door(**doors["assisted"]),
        face_to_face=Door(**doors["face_to_face"]),
        facts=tuple(_fact(file, i, fact) for i, fact in enumerate(data.get("facts") or ())),
    )


@lru_cache(maxsize=1)
def _schema() -> Mapping[str, Any]:
    schema: Mapping[str, Any] = json.loads(SCHEMA.read_text("utf-8"))
    return schema


def _check_id(file: YamlFile) -> None:
    card_id, name = file.data["id"], file.path.stem
    if card_id != name:
        problem = f"the card's id {card_id!r} is not its file's name {name!r}"
        raise file.bad(("id",), problem, f"Write  id: {name}  or rename the file to {card_id}.yml.")


def _check_digital_door(file: YamlFile) -> None:
    door, place = file.data["channels"]["digital"], ("channels", "digital")
    connector = door.get("connector")
    if door["way"] == "do_it_here" and connector in (None, "link"):
        remedy = f"Add  connector: {', '.join(DOES_IT_HERE)}, or use  way: link."
        raise file.bad(place, "do_it_here needs a connector that does the work", remedy)
    if connector in ("open311", "cases") and not door.get("service_code"):
        remedy = "Add  service_code: the code in that system's service list."
        raise file.bad(place, f"the {connector} connector needs a service_code", remedy)


def _fact(file: YamlFile, index: int, fact: Mapping[str, Any]) -> Fact:
    try:
        reviewed = date.fromisoformat(fact["reviewed"])
    except ValueError as error:
        place = ("facts", index, "reviewed")
        raise file.bad(place, f"{fact['reviewed']} is no date", "Write year-month-day.") from error
    return Fact(fact["text"], fact["source"], reviewed)


def _refuse_same_lgsl(files: list[YamlFile]) -> None:
    seen: dict[int, Path] = {}
    for file in (file for file in files if "lgsl" in file.data):
        other = seen.setdefault(file.data["lgsl"], file.path)
        if other != file.path:
            problem = f"LGSL {file.data['lgsl']} is already the code of {other.name}"
            raise file.bad(("lgsl",), problem, "Give each service its own code.")
