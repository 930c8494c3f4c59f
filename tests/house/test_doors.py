"""The check of the three doors finds a door that is painted on the wall. (`make lint` runs it
over every card.)"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from bot.files.cards import load_cards
from bot.service_card import Door, ServiceCard
from scripts.check_doors import find_shut

CARDS = load_cards(Path(__file__).parents[2] / "bot" / "services")


def shut(folder: Path, *cards: ServiceCard) -> list[str]:
    return [str(one) for one in asyncio.run(find_shut(folder, {card.id: card for card in cards}))]


def test_one_service_of_each_kind_has_its_doors(tmp_path: Path) -> None:
    kinds = {(c.digital.connector, c.assisted.way, c.face_to_face.way): c for c in CARDS.values()}
    assert shut(tmp_path, *kinds.values()) == []


def test_a_door_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    noise = CARDS["noise_nuisance"]
    unknown = replace(noise, digital=Door("do_it_here", "cases", "NOT_THERE"))
    assert shut(tmp_path, unknown)[0] == (
        "bot/services/noise_nuisance.yml: digital by web: the system behind it does not know it"
    )
    closed = replace(noise, digital=Door("none"))
    assert any("digital by sms" in line for line in shut(tmp_path, closed))
    nowhere = replace(noise, face_to_face=Door("a_way_nobody_wired"))
    assert any("no place to go to" in line for line in shut(tmp_path, nowhere))
