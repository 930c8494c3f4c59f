"""Come in: the places near, and an appointment there with what the citizen needs on the day."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta

from actions import dates
from actions.answer import Answer
from actions.find_case import APPOINTMENT
from actions.find_help import help_near, say_help
from actions.find_library import heard_postcode, postcode_question
from actions.form import Form, Given, drop, drop_after, insert, put
from actions.gateways.appointments import Appointment, Contact, to_ics
from actions.gateways.base import GatewayError, SlotTaken
from actions.held_case import check_button, held_case
from actions.parts import Parts
from actions.places_near import find_places, say_places
from actions.questions import YES, Question
from actions.tasks import Finished, Learned, Opened, known_answers, phone_question
from actions.turn import Turn
from actions.words import Words
from bot.need import Adjustment
from bot.service_card import ServiceCard

log = logging.getLogger(__name__)

DIRECTORY = "directory"
SLOTS_SHOWN = 4


@dataclass(frozen=True)
class BookAppointment:
    """Two tasks in one: ``come_in`` offers an appointment, ``book_appointment`` goes to it.

    ``notes`` may carry ``told`` (label → answer) from an earlier task, for the adviser.
    """

    parts: Parts
    name: str = "come_in"
    offered: bool = True

    async def open(self, turn: Turn, words: Words, card: ServiceCard | None) -> Opened:
        wanted = Question("appointment", "yes_no", key="ask_appointment")
        form = Form(
            task=self.name,
            id=self.parts.new_id(),
            service=card.id if card else "",
            questions=(postcode_question(), wanted),
            reviewed=False,
        )
        known = heard_postcode(turn)
        if not self.offered:
            form = put(form, "appointment", Given(YES, YES))
        return Opened(form, known={**known, **known_answers(turn, "name", "phone")})

    async def learn(self, turn: Turn, words: Words, form: Form, code: str) -> Learned:
        if code == "postcode":
            return await self._places(turn, words, form)
        if code == "appointment" and form.value(code) == YES:
            return await self._slots(turn, words, form)
        if code == "appointment":
            return Learned(replace(drop_after(form, code), reviewed=False))
        return Learned(form)

    async def finish(self, turn: Turn, words: Words, form: Form) -> Finished:
        slot = form.value("slot")
        if not slot:
            return Finished(Answer().say("come_in_done"))
        contact = Contact(
            name=str(form.value("name") or ""),
            phone=str(form.value("phone") or ""),
            needs=self._needs(turn, form),
        )
        key = f"{turn.conversation_id}:{form.id}:{slot}"
        try:
            booked = await self.parts.gateways.appointments.book(str(slot), contact, key)
        except SlotTaken:
            return await self._another(turn, words, form)
        return Finished(_booked(booked, words, contact.phone))

    async def _another(self, turn: Turn, words: Words, form: Form) -> Finished:
        """The slots that are left; when none is, there is nothing more to ask."""
        left = await self._slots(turn, words, drop(form, "slot"))
        if any(question.code == "slot" for question in left.form.questions):
            return Finished(Answer().say("slot_taken"), left.form, "slot")
        return Finished(left.answer)

    async def _places(self, turn: Turn, words: Words, form: Form) -> Learned:
        postcode = form.value("postcode")
        if not postcode:
            said = Answer().say("place_main", place=self.parts.council.main_place)
            return await self._on(turn, words, Learned(form, said))
        places, problem = await find_places(self.parts.gateways, str(postcode))
        if problem:
            return Learned(form, problem=problem)
        nearest = places[0].id if places else ""
        form = replace(form, notes={**form.notes, "place": nearest})
        said = say_places(places, str(postcode), words)
        groups = await self._groups(turn, words, form, str(postcode))
        return await self._on(turn, words, Learned(form, groups.then(said)))

    async def _groups(self, turn: Turn, words: Words, form: Form, postcode: str) -> Answer:
        """For a service that others give too: who meets near, from the directory. Not having
        it must not keep anybody from the council's own places."""
        card = self.parts.card(form.service)
        if card is None or card.digital.connector != DIRECTORY:
            return Answer()
        try:
            near = await help_near(self.parts, turn, card, postcode)
        except GatewayError as error:
            log.warning("the directory could not be read: %s", type(error).__name__)
            return Answer()
        return say_help(near, postcode, words) if near and near.found else Answer()

    async def _on(self, turn: Turn, words: Words, learned: Learned) -> Learned:
        """Straight on to the slots for somebody who has asked for an appointment."""
        if learned.form.value("appointment") != YES:
            return learned
        slots = await self._slots(turn, words, learned.form)
        return Learned(slots.form, learned.answer.then(slots.answer))

    async def _slots(self, turn: Turn, words: Words, form: Form) -> Learned:
        needs = turn.circumstances.adjustments
        options = await self._free(turn, words, str(form.notes.get("place") or ""))
        if not options:
            said = Answer().say("slots_none", phone=self.parts.council.phone)
            return Learned(replace(form, reviewed=False), said)
        questions = (
            Question("slot", "singlevaluelist", key="ask_slot", options=options),
            Question("name", "string", key="ask_name_appointment"),
            phone_question(key="ask_phone_optional"),
        )
        said = Answer().say("slots_with_needs") if needs else Answer()
        form = insert(drop(form, "slot"), "appointment", questions)  # one of another place's, say
        return Learned(replace(form, reviewed=True), said)

    async def _free(self, turn: Turn, words: Words, place: str) -> tuple[tuple[str, str], ...]:
        """Slots at the nearest place, else anywhere."""
        needs = turn.circumstances.adjustments
        appointments, tomorrow = self.parts.gateways.appointments, self.parts.today()
        tomorrow += timedelta(days=1)
        for where in dict.fromkeys((place or None, None)):
            slots = await appointments.slots(
                where,
                tomorrow,
                SLOTS_SHOWN,
                Adjustment.STEP_FREE in needs,
                _interpreter(turn),
            )
            if slots:
                return tuple(
                    (s.id, f"{dates.with_time(s.starts_at, words)}, {s.place.split(',')[0]}")
                    for s in slots
                )
        return ()

    def _needs(self, turn: Turn, form: Form) -> str:
        """What the adviser must have ready, and what the citizen has told us already."""
        adjustments = sorted(a.value for a in turn.circumstances.adjustments)
        told = form.notes.get("told") or {}
        card = self.parts.card(form.service)
        parts = (card.name("en") if card else "", *adjustments)
        return "; ".join([*(p for p in parts if p), *(f"{k}: {v}" for k, v in told.items())])[:2000]


def _interpreter(turn: Turn) -> str | None:
    """The language an interpreter must have, as the booking system writes it."""
    needs = turn.circumstances.adjustments
    if Adjustment.BSL in needs:
        return "bsl"
    spoken = turn.language.split("-")[0]  # however it is written
    known = spoken if spoken != "en" else None
    return known if Adjustment.INTERPRETER in needs else None


def _booked(booked: Appointment, words: Words, phone: str) -> Answer:
    when = dates.with_time(booked.starts_at, words)
    answer = Answer().say(
        "appointment_booked",
        check_button(words),
        reference=booked.reference,
        when=when,
        place=booked.place,
    )
    answer = answer.remember(known=held_case(booked.reference, APPOINTMENT, ""))
    return answer.report(
        "appointment",
        when=when,
        phone=phone,
        reference=booked.reference,
        place=booked.place,
        starts_at=booked.starts_at.isoformat(),
        ics=to_ics(booked),
    )
