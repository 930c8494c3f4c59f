"""Services that wait to go live stay loadable, each with its phrases."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.files.cards import load_cards

ROOT = Path(__file__).resolve().parents[2]
DRAFTS = ROOT / "nlu" / "drafts"
CARDS = load_cards(DRAFTS / "services")


def test_no_draft_is_live_already():
    live = load_cards(ROOT / "bot" / "services")
    assert not CARDS.keys() & live.keys()
    assert not {card.lgsl for card in CARDS.values()} & {card.lgsl for card in live.values()}


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("card_id", sorted(CARDS))
def test_a_draft_has_phrases_for_its_own_intent(card_id, language):
    data = yaml.safe_load((DRAFTS / language / f"{card_id}.yml").read_text("utf-8"))
    assert {block["intent"] for block in data["nlu"]} == {f"service_{card_id}"}
    assert all(block["examples"].strip() for block in data["nlu"])
