"""How is my report going? Looked up by its reference."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from actions.answer import Answer, Say
from actions.form import Form, Given
from actions.gateways.base import GatewayRefused
from actions.parts import Parts
from actions.questions import Question
from actions.tasks import Finished, Learned, Opened
from actions.turn import Turn
from actions.words import Words
from bot.service_card import ServiceCard

_REFERENCE = re.compile(r"\b(?=[A-Z-]*\d)[A-Z\d][A-Z\d-]*\b", re.IGNORECASE)


@dataclass(frozen=True)
class CheckReport:
    """The task. ``parts.gateways`` gives Open311."""

    parts: Parts
    name: str = "check_report"

    async def open(self, turn: Turn, words: Words, card: ServiceCard | None) -> Opened:
        form = Form(
            task=self.name,
            id=self.parts.new_id(),
            questions=(Question("reference", "string", key="ask_reference"),),
            reviewed=False,
        )
        named = None if turn.is_button else _REFERENCE.search(turn.text)
        return Opened(form, known={"reference": Given(named[0], named[0])} if named else {})

    async def learn(self, turn: Turn, words: Words, form: Form, code: str) -> Learned:
        said = str(form.value("reference"))
        named = _REFERENCE.search(said)
        reference = named[0] if named else said
        try:
            found = await self.parts.gateways.open311.request(reference)
        except GatewayRefused:
            return Learned(form, problem=Say("reference_unknown", {"reference": reference}))
        key = "report_closed" if found.status == "closed" else "report_open"
        answer = Answer().say(key, reference=found.reference, service=found.service_name)
        if found.status_notes:
            answer = answer.say("report_notes", notes=found.status_notes)
        return Learned(replace(form, notes={"found": found.reference}), answer)

    async def finish(self, turn: Turn, words: Words, form: Form) -> Finished:
        return Finished(Answer().say("anything_else"))
