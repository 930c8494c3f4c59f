"""The council's system did not take a case: write it to the team, if they can be written to."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re

from actions.answer import Answer
from actions.form import Form
from actions.form_words import summary
from actions.gateways.base import GatewayError, GatewayNonsense, GatewaySlow
from actions.gateways.mailbox import Letter, Mailbox
from actions.held_case import check_button, held_case
from actions.parts import Parts
from actions.turn import Turn
from actions.words import Words

log = logging.getLogger(__name__)

SYSTEM = "email"
_LETTERS = "ACDEFGHJKLMNPQRTUVWXY34679"
_REFERENCE = re.compile(rf"E-[{_LETTERS}]{{7}}", re.IGNORECASE)


_TO_WRITE, _TO_ANSWER = 3.0, 0.2
"""Seconds that a mail server may take, and that it takes to answer the citizen afterwards."""


class LetterUnsure(GatewaySlow):
    """The mail server was too slow to say whether it took the letter. A person must look."""

    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__()


async def by_email(
    parts: Parts, turn: Turn, words: Words, form: Form, error: GatewayError
) -> Answer | None:
    """What to say once the team has it by email; None when they cannot be written to, or not in
    time, and a person has to be asked as for any other trouble. Raises LetterUnsure."""
    card, mailbox = parts.card(form.service), parts.gateways.mailbox
    left = turn.answer_by - asyncio.get_running_loop().time() - _TO_ANSWER
    if card is None or not mailbox.has(card.team) or left < _TO_WRITE:
        return None
    key = f"{turn.conversation_id}:{form.id}"
    reference = _reference(key)
    letter = Letter(
        card.team,
        f"Fairway {reference}: {card.name('en')}",
        _text(turn, words, form, reference, error, key),
        key,
    )
    if not await _sent(mailbox, letter, left, reference):
        return None
    said = Answer().say("case_by_email", reference=reference)
    said = said.say("anything_else", check_button(words))
    said = said.remember(known=held_case(reference, SYSTEM, card.id))
    return said.report("case", system=SYSTEM, service_code=card.id, reference=reference, notice="")


async def _sent(mailbox: Mailbox, letter: Letter, seconds: float, reference: str) -> bool:
    """Whether the team has it. A thread that writes a letter cannot be called back: what is not
    known in time is said to be unsure, lest a person and the team handle one case unawares."""
    sending = asyncio.ensure_future(mailbox.send(letter))
    sending.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        await asyncio.wait_for(asyncio.shield(sending), seconds)
    except (GatewaySlow, TimeoutError) as failure:
        raise LetterUnsure(reference) from failure
    except GatewayError as failure:
        log.warning("the team could not be written to: %s", type(failure).__name__)
        return False
    return True


def is_by_email(reference: str) -> bool:
    """Whether it is the reference of a letter to a team, by its shape: no system has these."""
    return bool(_REFERENCE.fullmatch(reference))


def _reference(key: str) -> str:
    """Ours, and the same for the same form: a letter that is sent twice is one case."""
    digest = hashlib.sha256(key.encode("utf-8", "replace")).digest()
    return "E-" + "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:7])


def _text(
    turn: Turn, words: Words, form: Form, reference: str, error: GatewayError, key: str
) -> str:
    told = "\n".join(f"{label}: {answer}" for label, answer in summary(form, words).items())
    needs = ", ".join(sorted(a.value for a in turn.circumstances.adjustments)) or "none named"
    maybe = (
        "It may have reached the system all the same: look there before you open it again."
        if isinstance(error, GatewaySlow | GatewayNonsense)
        else "The system did not get it."
    )
    return (
        f"A citizen told Fairway what follows. The system for it did not answer. {maybe}\n\n"
        f"Reference given to the citizen: {reference}\n"
        f"Language: {turn.language}. Adjustments: {needs}.\n"
        f"Conversation (search for it at the desk): {turn.conversation_id}\n\n{told}\n"
    )
