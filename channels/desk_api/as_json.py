"""Cases as the desk's API tells them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.approval import draft_of, without_draft
from bot.case_card import CaseCard
from bot.desk_view import Case
from bot.handoff import Handoff
from bot.message import Message


def card_json(card: CaseCard) -> dict[str, Any]:
    """A case in short."""
    handoff = card.handoff
    return {
        **_handoff(handoff),
        "service": card.service,
        "language": card.language,
        "medium": card.medium.value,
        "adjustments": list(card.adjustments),
        "labels": list(card.labels),
        "promised": _iso(card.promised),
        "claimed_at": _iso(handoff.claimed_at),
        "citizen_waits_since": _iso(card.citizen_waits_since),
        "outcome": handoff.outcome_code,
        "follow_up_on": handoff.follow_up_on.isoformat() if handoff.follow_up_on else None,
    }


def case_json(case: Case) -> dict[str, Any]:
    """A case with its transcript."""
    handoff, told = case.handoff, case.conversation.circumstances
    return {
        **_handoff(handoff),
        "language": case.conversation.language,
        "medium": case.conversation.medium.value,
        "adjustments": sorted(one.value for one in told.adjustments),
        "barriers": sorted(one.value for one in told.barriers),
        "labels": list(case.labels),
        "told": without_draft(handoff.summary),
        "contact": dict(handoff.contact),
        "messages": [_message(one) for one in case.messages],
        "notes": [
            {"author": n.author, "kind": n.kind, "text": n.text, "at": _iso(n.at)}
            for n in case.notes
        ],
        "draft": [reply.text for reply in draft_of(handoff)] if handoff.is_open else [],
        "hidden": case.hidden,
    }


def _handoff(handoff: Handoff) -> dict[str, Any]:
    """What stands in the queue and in the case alike."""
    return {
        "id": handoff.id,
        "conversation_id": handoff.conversation_id,
        "status": handoff.status.value,
        "team": handoff.team,
        "urgency": handoff.urgency,
        "way": handoff.way,
        "reasons": list(handoff.reasons),
        "asked_at": _iso(handoff.asked_at),
        "claimed_by": handoff.claimed_by,
        "offered_to": handoff.offered_to,
        "offered_until": _iso(handoff.offered_until),
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "from": message.sender.value,
        "text": message.text,
        "lang": message.lang,
        "at": _iso(message.at),
        "withdrawn": message.withdrawn,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds") if moment else None
