"""Open a case in the council's own system: council tax, benefits, repairs, schools.

The questions are that system's own, as with street problems.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from actions.answer import Answer
from actions.form import Form
from actions.gateways.base import GatewayNonsense, GatewayUnavailable
from actions.gateways.cases import CaseReceipt, NewCase
from actions.held_case import check_button, held_case
from actions.last_resort import by_email
from actions.parts import Parts
from actions.report_street_problem import council_questions
from actions.send_report import answers_of
from actions.tasks import Finished, Learned, Opened, known_answers, name_question, phone_question
from actions.turn import Turn
from actions.words import Words
from bot.service_card import ServiceCard

SYSTEM = "cases"


@dataclass(frozen=True)
class OpenCase:
    """The task. ``parts.gateways`` gives cases and, as a last resort, mailboxes."""

    parts: Parts
    name: str = "open_case"

    async def open(self, turn: Turn, words: Words, card: ServiceCard | None) -> Opened:
        assert card is not None  # only a service card leads here
        code = card.digital.service_code or ""
        case_type = await self.parts.gateways.cases.definition(code, turn.language)
        # Who texts can be texted back: asking for a number would cost them a message.
        contact = () if turn.is_sms else (phone_question(key="ask_phone_optional"),)
        form = Form(
            task=self.name,
            id=self.parts.new_id(),
            service=card.id,
            questions=(
                *council_questions(case_type.questions, case_type.language),
                name_question(),
                *contact,
            ),
            notes={"service_code": code},
        )
        said = Answer().say("report_start", service=card.name(turn.language))
        for notice in case_type.notices:
            said = said.say("council_notice", lang=case_type.language, notice=notice)
        return Opened(form, said, known_answers(turn, "name", "phone"))

    async def learn(self, turn: Turn, words: Words, form: Form, code: str) -> Learned:
        return Learned(form)

    async def finish(self, turn: Turn, words: Words, form: Form) -> Finished:
        try:
            receipt = await self.parts.gateways.cases.open(_case(turn, form))
        except (GatewayUnavailable, GatewayNonsense) as error:
            written = await by_email(self.parts, turn, words, form, error)
            if written is None:
                raise
            return Finished(written)
        return Finished(_opened(receipt, form, words))


def _case(turn: Turn, form: Form) -> NewCase:
    return NewCase(
        type=str(form.notes["service_code"]),
        key=f"{turn.conversation_id}:{form.id}",
        answers=answers_of(form),
        name=str(form.value("name") or ""),
        phone=str(form.value("phone") or ""),
        language=turn.language,
        needs=tuple(sorted(a.value for a in turn.circumstances.adjustments)),
    )


def _opened(receipt: CaseReceipt, form: Form, words: Words) -> Answer:
    answer = Answer().say("case_done", reference=receipt.reference)
    if receipt.next:
        answer = answer.say("report_next", notice=receipt.next)
    held: Mapping[str, object] = held_case(receipt.reference, SYSTEM, form.service)
    answer = answer.say("anything_else", check_button(words)).remember(known=held)
    return answer.report(
        "case",
        system=SYSTEM,
        service_code=str(form.notes["service_code"]),
        reference=receipt.reference,
        notice=receipt.next,
    )
