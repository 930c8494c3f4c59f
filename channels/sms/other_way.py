"""What happens to an answer that cannot go out as a text message.

One in an alphabet that the network destroys goes as a link to the same conversation on the
web; one to a number that takes no texts becomes a case for a person who calls.
"""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import Conversation
from bot.errors import HandoffTaken
from bot.handoff import Handoff
from bot.message import Medium
from bot.need import Urgency
from bot.ports import DESK, POST
from bot.resume_code import LINK_LIFETIME
from bot.turn_steps import CONTACT_CENTRE
from channels.parts import Parts
from channels.resume import give_code

NOT_DELIVERED = "error_not_delivered"


def link_to_web(parts: Parts, conversation: Conversation) -> str:
    """A text in Latin letters with a link that opens the conversation on the web, once."""
    code = give_code(parts, conversation.id, LINK_LIFETIME)
    return parts.turn.replies.say(
        "sms_cannot_write",
        conversation.language,
        Medium.SMS.value,
        url=f"{parts.settings.public_url}/resume?code={code}",
        phone=parts.council.phone,
    )


def call_instead(parts: Parts, conversation_id: str) -> None:
    """See to it that a person reaches the citizen in another way: open a case for a call, or
    note in the open one that our texts do not arrive."""
    with parts.turn.locks.hold(conversation_id), parts.turn.store.begin() as work:
        conversation = work.conversations.get(conversation_id)
        if conversation is None:
            return
        held = work.handoffs.open_of(conversation_id)
        if held is None:
            work.handoffs.add(_case(parts, conversation))
        elif NOT_DELIVERED not in held.reasons:
            changed = replace(held, way="call_back", reasons=(*held.reasons, NOT_DELIVERED))
            try:
                work.handoffs.save(changed, was=held)
            except HandoffTaken:
                return  # an agent has it this moment, and sees what became of the texts
        work.commit()
    parts.live.changed([conversation_id, DESK, POST])


def _case(parts: Parts, conversation: Conversation) -> Handoff:
    return Handoff(
        id=parts.turn.new_id(),
        conversation_id=conversation.id,
        team=CONTACT_CENTRE,
        urgency=Urgency.SOON.value,
        way="call_back",
        reasons=(NOT_DELIVERED,),
        asked_at=parts.turn.clock.now(),
        summary=conversation.told,
        contact={"phone": conversation.address} if conversation.address else {},
    )
