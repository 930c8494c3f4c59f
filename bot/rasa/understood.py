"""Rasa's parse of a message as the ``understanding`` object of Fairway's wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.intents import FALLBACK, kind_of, service_of
from bot.service_card import ServiceCard

CANDIDATES = 3


def understanding(
    parsed: Mapping[str, Any], metadata: Mapping[str, Any], cards: Mapping[str, ServiceCard]
) -> dict[str, Any]:
    """language, intent, kind, service, lgsl, confidence (0 to 1), the three best candidates,
    entities, and whether it was not understood (``fallback``)."""
    intent = parsed.get("intent") or {}
    name = str(intent.get("name") or FALLBACK)
    chosen = metadata.get("language") if metadata.get("language_chosen") else None
    ranking = [c for c in parsed.get("intent_ranking") or () if c.get("name") != FALLBACK]
    return {
        "language": chosen or parsed.get("language") or metadata.get("language") or "en",
        **_intent(name, intent.get("confidence"), cards),
        "kind": kind_of(name),
        "candidates": [
            _intent(str(c["name"]), c.get("confidence"), cards) for c in ranking[:CANDIDATES]
        ],
        "entities": [_entity(entity) for entity in parsed.get("entities") or ()],
        "fallback": name == FALLBACK,
    }


def _intent(name: str, confidence: Any, cards: Mapping[str, ServiceCard]) -> dict[str, Any]:
    card = cards.get(service_of(name) or "")
    return {
        "intent": name,
        "service": card.id if card else None,
        "lgsl": card.lgsl if card else None,
        "confidence": round(float(confidence or 0.0), 4),
    }


def _entity(entity: Mapping[str, Any]) -> dict[str, Any]:
    return {key: entity.get(key) for key in ("entity", "value", "start", "end")}
