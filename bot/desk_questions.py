"""Let the assistant ask a service's questions, from the first or where they were left.

The case goes back to the assistant, and the assistant is asked for the service's questions: what
the citizen has told already is known and not asked again. Nothing is routed, for the agent has
decided: otherwise whoever had asked for a person, or finds it hard online, would be sent back to
the queue instead of being asked anything. If the agent wants it, the case comes back to the desk
when the questions are over (``bot.back_to_desk``).
"""

from __future__ import annotations

from dataclasses import replace

from bot.desk_parts import NOTE_LIMIT, DeskParts, case_in_hand, log
from bot.desk_work import call_off_promises, had_a_person
from bot.errors import BadInput
from bot.handoff import give_back
from bot.message import Medium, Message, Sender
from bot.service_card import ServiceCard
from bot.staff import Staff
from bot.turn import handle_turn
from bot.turn_keep import put_sms
from bot.wanted_by_desk import client_id_for

ASKS = frozenset({"open311", "cases", "bins"})
"""Connectors behind which a service has questions to ask."""


class ServiceUnknown(BadInput):
    """Choose the service whose questions the assistant should ask."""


def has_questions(card: ServiceCard) -> bool:
    """Whether the assistant has anything to ask for this service."""
    return card.digital.connector in ASKS


def let_assistant_ask(
    parts: DeskParts,
    who: Staff,
    handoff_id: str,
    card: ServiceCard | None,
    *,
    comes_back: bool,
    note: str = "",
) -> None:
    """The case is returned, the citizen told why, and the assistant's first question asked. An
    assistant that does not answer hands the case over again, as ever.

    Raises ServiceUnknown, HandoffUnknown, CaseRestricted, HandoffNotYours.
    """
    if card is None or not has_questions(card):
        raise ServiceUnknown
    with case_in_hand(parts, who, handoff_id) as case:
        work, now = case.work, parts.turn.clock.now()
        returned = give_back(case.handoff, who.username, note.strip()[:NOTE_LIMIT], now)
        work.handoffs.save(returned, was=case.handoff)
        call_off_promises(work, returned, now)
        waits = {"team": returned.team, "urgency": returned.urgency}
        conversation = had_a_person(case.conversation)
        conversation = replace(conversation, desk_waits=waits if comes_back else None)
        work.conversations.save(conversation)
        asks = _asks(parts, case.conversation.id, who, card, conversation.language)
        work.messages.accept(asks)
        if conversation.medium is Medium.SMS:
            put_sms(parts.turn, work, [asks.id])
        log(parts, work, who, "questions_started", returned, service=card.id)
    handle_turn(parts.turn, asks)


def _asks(
    parts: DeskParts, conversation_id: str, who: Staff, card: ServiceCard, lang: str
) -> Message:
    """What the citizen reads, and at once what the assistant answers."""
    told = {"agent": who.first_name, "service": card.name(lang)}
    return Message(
        id=parts.turn.new_id(),
        conversation_id=conversation_id,
        sender=Sender.SYSTEM,
        text=parts.turn.replies.say("desk_questions", lang, "web", **told),
        lang=lang,
        at=parts.turn.clock.now(),
        client_id=client_id_for(card.intent, parts.turn.new_id()),
    )
