"""What an agent is told of a conversation's text messages: whether they arrived, what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.conversation import Conversation
from channels.sms.sms_log import SmsBill, SmsLog

STATES: Mapping[str, str] = {
    "sending": "Text on its way",
    "sent": "Text handed to the network",
    "delivered": "Text delivered",
    "failed": "Text not delivered: phone off or no signal",
    "refused": "Text not delivered: this number takes no texts",
}
"""Our word for what became of a text → what an agent reads."""


@dataclass(frozen=True)
class Texts:
    """``states``: message id → what became of it; ``bill``: the cost in one line."""

    states: Mapping[str, str]
    bill: str


@dataclass(frozen=True)
class TextFacts:
    """Looks the texts of a conversation up. ``pence`` is what one part costs."""

    log: SmsLog
    pence: float

    def of(self, conversation: Conversation) -> Texts | None:
        """The texts of a conversation, or None when it never had any."""
        bill = self.log.bill_of(conversation.id)
        if not bill.texts:
            return None
        states = self.log.states_of(conversation.id)
        shown = {message: STATES.get(state, state) for message, state in states.items()}
        return Texts(shown, bill_words(bill, self.pence))


def bill_words(bill: SmsBill, pence: float) -> str:
    """``3 texts in 5 parts, about 15p``."""
    texts = f"{bill.texts} text{'s' if bill.texts != 1 else ''}"
    parts = f"{bill.parts} part{'s' if bill.parts != 1 else ''}"
    cost = bill.parts * pence
    money = f"£{cost / 100:.2f}" if cost >= 100 else f"{cost:.0f}p"
    return f"{texts} in {parts}, about {money}"
