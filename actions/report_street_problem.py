"""Report a problem to the council through Open311: a pothole, a dark street light, fly-tipping.

The questions are the council system's own. Fairway adds only where it is, whether somebody has
told us already, and who to tell (if they want to be told).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace

from actions import dates
from actions.answer import Answer, Say
from actions.form import Form, Given, drop, insert, put
from actions.form_words import asked
from actions.gateways import Gateways
from actions.gateways.base import GatewayError, PostcodeUnknown
from actions.gateways.open311 import ExistingRequest, NewRequest, ServiceDefinition
from actions.gateways.open311 import Question as CouncilQuestion
from actions.heard_address import named_address
from actions.map_point import find_point
from actions.parts import Parts
from actions.questions import NONE_OF_THESE, Question, find_postcode
from actions.send_report import send_report
from actions.tasks import Finished, Learned, Opened, known_answers, name_question, phone_question
from actions.turn import Turn
from actions.words import Words
from bot.service_card import ServiceCard

log = logging.getLogger(__name__)

NEAR_METRES, NEAR_DAYS, MOST_SHOWN = 100.0, 60, 3
REPORT = 17
"""LGIL of a report. Only reports are public matters: a neighbour's own request (a collection,
say) is never shown to others as a possible double."""


@dataclass(frozen=True)
class ReportStreetProblem:
    """The task. ``parts.gateways`` gives Open311 and postcodes."""

    parts: Parts
    name: str = "report_street_problem"

    async def open(self, turn: Turn, words: Words, card: ServiceCard | None) -> Opened:
        assert card is not None  # only a service card leads here
        code = card.digital.service_code or ""
        definition = await self._gateways.open311.definition(code, turn.language)
        form = Form(
            task=self.name,
            id=self.parts.new_id(),
            service=card.id,
            questions=(_where(words, card), *_questions(definition, turn)),
            notes={
                "service_code": code,
                "doubles": card.lgil == REPORT,
                "road": named_address(turn),
            },
        )
        said = Answer().say("report_start", service=card.name(turn.language))
        heard = _heard(turn)
        if heard and not find_postcode(heard["where"].shown):
            said = said.say("heard_also", lines=_said_back(form, heard["where"], words))
        for notice in definition.notices:
            said = said.say("council_notice", lang=definition.language, notice=notice)
        return Opened(form, said, {**known_answers(turn, "name", "phone"), **heard})

    async def learn(self, turn: Turn, words: Words, form: Form, code: str) -> Learned:
        if code == "where":
            return await self._look_up(words, form, turn)
        if code == "duplicate" and form.value(code) != NONE_OF_THESE:
            return Learned(_only_the_double(form))
        return Learned(form)

    async def finish(self, turn: Turn, words: Words, form: Form) -> Finished:
        double = form.value("duplicate")
        if double and double != NONE_OF_THESE:
            said = Answer().say("report_double", reference=double)
            return Finished(said)
        return Finished(await send_report(self.parts, turn, words, form, _request(form)))

    async def _look_up(self, words: Words, form: Form, turn: Turn) -> Learned:
        said = str(form.value("where"))
        form = drop(form, "spot", "duplicate")
        form = replace(form, notes=_without(form, "latitude", "longitude", "postcode"))
        postcode = find_postcode(said)
        point = find_point(said)
        if point:
            north, east = point
            form = replace(form, notes={**form.notes, "latitude": north, "longitude": east})
            return Learned(await self._with_doubles(form, words))
        if postcode is None:
            return Learned(form)
        try:
            place = await self._gateways.postcodes.find(postcode)
        except PostcodeUnknown:
            return Learned(form, problem=Say("postcode_unknown", {"postcode": postcode}))
        except GatewayError:
            # The council can still read the postcode: not knowing the map must not stop anyone.
            return Learned(_with_spot(form, postcode))
        found = {"latitude": place.latitude, "longitude": place.longitude}
        form = replace(form, notes={**form.notes, **found, "postcode": place.postcode})
        return Learned(await self._with_doubles(_with_spot(form, place.postcode), words))

    async def _with_doubles(self, form: Form, words: Words) -> Form:
        """The form with "is it one of these?" when there are reports near the place."""
        near = await self._near(form)
        if not near:
            return form
        options = tuple((one.reference, _double(one, words)) for one in near[:MOST_SHOWN])
        none = (NONE_OF_THESE, words.text("button_none_of_these"))
        question = Question(
            "duplicate", "singlevaluelist", key="ask_duplicate", options=(*options, none)
        )
        return insert(form, "where", (question,))

    async def _near(self, form: Form) -> tuple[ExistingRequest, ...]:
        latitude, longitude = form.notes.get("latitude"), form.notes.get("longitude")
        if latitude is None or longitude is None or not form.notes.get("doubles"):
            return ()
        code = str(form.notes["service_code"])
        try:
            return await self._gateways.open311.nearby(
                code, latitude, longitude, NEAR_METRES, NEAR_DAYS
            )
        except GatewayError as error:
            log.warning("reports nearby could not be read: %s", error)
            return ()

    @property
    def _gateways(self) -> Gateways:
        return self.parts.gateways


def council_questions(questions: Iterable[CouncilQuestion], language: str) -> tuple[Question, ...]:
    """The council system's own questions, in ``language``, as the form engine asks them."""
    return tuple(_council_question(q, language) for q in questions)


def _council_question(question: CouncilQuestion, language: str) -> Question:
    return Question(
        f"attribute_{question.code}",
        question.datatype,
        text=question.text,
        required=question.required,
        options=question.options,
        values={"hint": question.hint} if question.hint else {},
        lang=language,
    )


def _questions(definition: ServiceDefinition, turn: Turn) -> tuple[Question, ...]:
    asked = council_questions(definition.questions, definition.language)
    if not any(question.datatype == "text" for question in asked):
        asked = (*asked, Question("description", "text", key="ask_description"))
    # Who texts can be texted back: asking for a number would cost them a message.
    contact = () if turn.is_sms else (phone_question(key="ask_phone_optional"),)
    return (*asked, name_question(), *contact)


def _where(words: Words, card: ServiceCard) -> Question:
    own = f"ask_where_{card.id}"
    key = own if words.replies.has(own) else "ask_where"
    return Question("where", "place", key=key)


def _heard(turn: Turn) -> dict[str, Given]:
    """A postcode or a house in the very message that asked for the service is not asked for
    again. A road alone is: there is a High Street in every town; it is kept as the spot."""
    postcode = None if turn.is_button else find_postcode(turn.text)
    address = named_address(turn)
    if not postcode and not address[:1].isdigit():
        return {}
    said = ", ".join(part for part in (address, postcode) if part)
    return {"where": Given(said, said)}


def _said_back(form: Form, where: Given, words: Words) -> str:
    return f"{asked(form.questions[0], words)} {where.shown}"


def _with_spot(form: Form, postcode: str) -> Form:
    """Ask whereabouts, unless the answer said more than the postcode."""
    spot = Question("spot", "string", key="ask_spot", required=False, values={"place": postcode})
    form = insert(form, "where", (spot,))
    said = str(form.value("where"))
    more = "".join(c for c in said.upper() if c.isalnum()) != postcode.replace(" ", "")
    road = str(form.notes.get("road") or "")
    if more:
        return put(form, "spot", Given("", said))
    return put(form, "spot", Given(road, road)) if road else form


def _double(request: ExistingRequest, words: Words) -> str:
    metres = round((request.distance_m or 0) / 10) * 10
    on = dates.short(request.requested_at.date()) if request.requested_at else ""
    return words.text("option_double", reference=request.reference, metres=metres, date=on)


def _only_the_double(form: Form) -> Form:
    """Nothing more to ask or to send: the report is there already."""
    rest: Iterable[str] = (q.code for q in form.questions if q.code not in {"where", "duplicate"})
    return replace(drop(form, *rest), reviewed=False)


def _without(form: Form, *notes: str) -> dict[str, object]:
    return {name: value for name, value in form.notes.items() if name not in notes}


def _request(form: Form) -> NewRequest:
    where = [str(form.value("spot") or ""), str(form.value("where") or "")]
    return NewRequest(
        service_code=str(form.notes["service_code"]),
        latitude=form.notes.get("latitude"),
        longitude=form.notes.get("longitude"),
        address=", ".join(part for part in where if part),
    )
