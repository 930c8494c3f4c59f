"""What the data platform is told of a turn, a handoff, an outcome and an erasure.

No words, names, numbers, places, small areas, adjustments or barriers: a reason is told by its
family only. A conversation has a pseudonym, the same in every event and in Rasa's.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.handoff import Handoff
from bot.outcome import Outcome
from bot.turn_record import TurnRecord

EVENT = "event"
"""The kind of such a parcel in the outbox."""
_OF_TURN = (
    "turn", "medium", "language", "ending", "intent", "kind", "service", "lgsl", "confidence",
    "fallback", "misunderstood", "asked_channel", "route_channel", "route_way", "policy_version",
    "model_version", "ms",
)  # fmt: skip
_OF_HANDOFF = ("team", "urgency", "way", "outcome_code")


def pseudonym(conversation_id: str, key: str) -> str:
    """HMAC-SHA256 of the id, 128 bits in hexadecimal. Nobody without ``key`` can go back."""
    return hmac.new(key.encode(), conversation_id.encode(), hashlib.sha256).hexdigest()[:32]


def of_turn(record: TurnRecord, key: str) -> dict[str, Any]:
    """``fairway.turn.v1``."""
    told = {name: getattr(record, name) for name in _OF_TURN}
    told["route_reasons"] = _families(record.route_reasons)
    return _event("turn", record.conversation_id, record.at, key, told)


def of_handoff(handoff: Handoff, at: datetime, key: str) -> dict[str, Any]:
    """``fairway.handoff.v1``: as it stands after a change at ``at``. Never its summary, contact,
    note, nor who took it."""
    told = {name: getattr(handoff, name) for name in _OF_HANDOFF}
    told |= {
        "handoff": pseudonym(handoff.id, key),
        "status": handoff.status.value,
        "reasons": _families(handoff.reasons),
        "asked_at": handoff.asked_at.isoformat(),
    }
    return _event("handoff", handoff.conversation_id, at, key, told)


def of_outcome(outcome: Outcome, key: str) -> dict[str, Any]:
    """``fairway.outcome.v1``."""
    told = {"code": outcome.code, "source": outcome.source}
    return _event("outcome", outcome.conversation_id, outcome.at, key, told)


def of_erasure(conversation_id: str, at: datetime, key: str) -> dict[str, Any]:
    """``fairway.erased.v1``: whoever kept anything under this pseudonym deletes it."""
    return _event("erased", conversation_id, at, key, {})


def _event(
    kind: str, conversation_id: str, at: datetime, key: str, told: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "schema": f"fairway.{kind}.v1",
        "conversation": pseudonym(conversation_id, key),
        "at": at.isoformat(),
        **told,
    }


def _families(reasons: tuple[str, ...]) -> list[str]:
    return sorted({reason.partition("_")[0] for reason in reasons})
