"""How is it going? A report, a request or an appointment, looked up by its reference.

What this conversation has brought about is known, so its reference is not asked for. Whoever
wants is told of changes; an appointment can be cancelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from actions import dates
from actions.answer import Answer, Say
from actions.find_case import APPOINTMENT, Found, find_case
from actions.form import CANCEL, Form, Given, drop_after, insert, put
from actions.gateways.base import GatewayRefused
from actions.last_resort import SYSTEM as EMAIL
from actions.named_reference import answered_reference, named_reference
from actions.parts import Parts
from actions.questions import YES, Question
from actions.tasks import Finished, Learned, Opened, known_answers, phone_question
from actions.turn import Turn
from actions.words import Words
from bot.service_card import ServiceCard


@dataclass(frozen=True)
class CheckReport:
    """The task. ``parts.gateways`` gives every system that has references."""

    parts: Parts
    name: str = "check_report"

    async def open(self, turn: Turn, words: Words, card: ServiceCard | None) -> Opened:
        held = _held(turn)
        form = Form(
            task=self.name,
            id=self.parts.new_id(),
            questions=(Question("reference", "string", key="ask_reference"),),
            reviewed=False,
            notes={"held": dict(held)},
        )
        own = str(held.get("reference") or "")
        reference = _spelt(named_reference(turn), own) or own
        known = {"reference": Given(reference, reference)} if reference else {}
        return Opened(form, known=known)

    async def learn(self, turn: Turn, words: Words, form: Form, code: str) -> Learned:
        if code == "reference":
            return await self._look(turn, words, form)
        if code == "tell_me" and form.value(code) == YES and not turn.is_sms:
            phone = phone_question(key="ask_tell_me_phone", required=True)
            form = insert(form, code, (phone,))
            for known, given in known_answers(turn, "phone").items():
                form = put(form, known, given)
            return Learned(form)
        if code == "tell_me":
            return Learned(drop_after(form, code))
        return Learned(form)

    async def finish(self, turn: Turn, words: Words, form: Form) -> Finished:
        found = form.notes.get("found") or {}
        if found.get("system") == APPOINTMENT:
            return Finished(await self._appointment(form, str(found["reference"])))
        if form.value("tell_me") != YES:
            return Finished(Answer().say("anything_else"))
        phone = "" if turn.is_sms else str(form.value("phone") or "")
        return Finished(Answer().say("tell_me_yes").report("watch", **found, phone=phone))

    async def _look(self, turn: Turn, words: Words, form: Form) -> Learned:
        held = form.notes.get("held") or {}
        said = answered_reference(str(form.value("reference")))
        reference = _spelt(said, str(held.get("reference") or ""))
        system = str(held.get("system") or "") if held.get("reference") == reference else ""
        try:
            found = await find_case(self.parts.gateways, reference, system)
        except GatewayRefused:
            return Learned(form, problem=Say("reference_unknown", {"reference": reference}))
        form = drop_after(form, "reference")  # questions about a case looked up before
        form = replace(form, notes={"found": found.as_json(self._service(turn, found, held))})
        return self._shown(words, form, found)

    def _shown(self, words: Words, form: Form, found: Found) -> Learned:
        if found.appointment:
            booked = found.appointment
            when = dates.with_time(booked.starts_at, words)
            said = Answer().say(
                "appointment_is", reference=booked.reference, when=when, place=booked.place
            )
            cancel = Question(CANCEL, "yes_no", key="ask_cancel")
            return Learned(insert(form, "reference", (cancel,)), said)
        if found.system == EMAIL:
            phone = self.parts.council.phone
            said = Answer().say("report_by_email", reference=found.reference, phone=phone)
            return Learned(form, said)
        service = str(form.notes["found"]["service"])
        key = "report_closed" if found.is_over else "report_open"
        said = Answer().say(key, reference=found.reference, service=service)
        if found.words:
            said = said.say("report_notes", notes=found.words)
        if found.is_over:
            return Learned(form, said)
        tell_me = Question("tell_me", "yes_no", key="ask_tell_me")
        return Learned(insert(form, "reference", (tell_me,)), said)

    async def _appointment(self, form: Form, reference: str) -> Answer:
        if form.value(CANCEL) != YES:
            return Answer().say("appointment_kept")
        await self.parts.gateways.appointments.cancel(reference)
        said = Answer().say("appointment_cancelled", reference=reference)
        return said.report("appointment_cancelled", reference=reference).remember(
            known={"case": None}
        )

    def _service(self, turn: Turn, found: Found, held: Mapping[str, object]) -> str:
        """The service's name in the citizen's language, where we know which it was."""
        same = held.get("reference") == found.reference
        card = self.parts.card(str(held.get("service") or "")) if same else None
        return card.name(turn.language) if card else found.service


def _spelt(reference: str, own: str) -> str:
    """``reference`` as its system gave it, where it is the citizen's own."""
    return own if reference.casefold() == own.casefold() else reference


def _held(turn: Turn) -> Mapping[str, object]:
    case = turn.known.get("case")
    return case if isinstance(case, Mapping) else {}
