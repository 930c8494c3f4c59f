"""Ask for a call back: one question, the number. Who texts is asked only whether to use theirs."""

from __future__ import annotations

from dataclasses import dataclass

from actions.answer import Answer
from actions.form import Form, drop_after, insert
from actions.parts import Parts
from actions.questions import YES, Question
from actions.tasks import Finished, Learned, Opened, known_answers, phone_question
from actions.trouble import CONTACT_CENTRE
from actions.turn import Turn
from actions.words import Words
from bot.service_card import ServiceCard

REASONS = ("citizen_asked_assisted",)


@dataclass(frozen=True)
class RequestCallBack:
    """The task. ``notes`` may carry ``reasons``, ``told`` (label → answer) and ``urgency``."""

    parts: Parts
    name: str = "request_call_back"

    async def open(self, turn: Turn, words: Words, card: ServiceCard | None) -> Opened:
        same = Question("same_number", "yes_no", key="ask_same_number")
        form = Form(
            task=self.name,
            id=self.parts.new_id(),
            service=card.id if card else "",
            questions=(same,) if turn.is_sms else (phone_question(required=True),),
            reviewed=False,
            notes={"urgency": card.need.urgency.value if card else "routine"},
        )
        return Opened(form, known=known_answers(turn, "phone"))

    async def learn(self, turn: Turn, words: Words, form: Form, code: str) -> Learned:
        if code == "same_number" and form.value(code) != YES:
            return Learned(insert(form, code, (phone_question(required=True),)))
        if code == "same_number":
            return Learned(drop_after(form, code))
        return Learned(form)

    async def finish(self, turn: Turn, words: Words, form: Form) -> Finished:
        card = self.parts.card(form.service)
        phone = form.value("phone")
        key = "call_back_booked" if phone else "call_back_booked_same"
        if not turn.availability.contact_centre_open:
            key += "_closed"
        next_open = words.opening(turn.availability.next_open)
        answer = Answer().say(key, number=form.shown("phone"), next_open=next_open)
        return Finished(
            answer.report(
                "handoff",
                team=card.team if card else CONTACT_CENTRE,
                urgency=str(form.notes.get("urgency") or "routine"),
                way="call_back",
                reasons=list(form.notes.get("reasons") or REASONS),
                summary={
                    **({"service": card.id} if card else {}),
                    **dict(form.notes.get("told") or {}),
                },
                contact={"phone": phone} if phone else {},
            )
        )
