"""Find groups and services near a postcode, from the council's Open Referral directory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from actions import dates
from actions.answer import Answer, Say
from actions.find_library import heard_postcode, postcode_question
from actions.form import Form
from actions.gateways.base import PostcodeUnknown
from actions.gateways.clock import as_local
from actions.gateways.directory import Help, HelpNear
from actions.gateways.opening import is_open, next_open
from actions.parts import Parts
from actions.places_near import step_free_words
from actions.tasks import Finished, Learned, Opened
from actions.turn import Turn
from actions.words import Words
from bot.service_card import ServiceCard

_MILES = 0.621371


@dataclass(frozen=True)
class FindHelp:
    """The task. A card's ``service_code`` holds the words to look for, with commas between."""

    parts: Parts
    name: str = "find_help"

    async def open(self, turn: Turn, words: Words, card: ServiceCard | None) -> Opened:
        form = Form(
            task=self.name,
            id=self.parts.new_id(),
            service=card.id if card else "",
            questions=(postcode_question(),),
            reviewed=False,
        )
        return Opened(form, known=heard_postcode(turn))

    async def learn(self, turn: Turn, words: Words, form: Form, code: str) -> Learned:
        postcode = form.value("postcode")
        if not postcode:
            place = self.parts.council.main_place
            return Learned(form, Answer().say("place_main", place=place))
        unknown = Say("postcode_unknown_home", {"postcode": str(postcode)})
        try:
            where = await self.parts.gateways.postcodes.find(str(postcode))
        except PostcodeUnknown:
            return Learned(form, problem=unknown)
        if where.latitude is None or where.longitude is None:
            return Learned(form, problem=unknown)
        near = await self.parts.gateways.directory.near(
            where.postcode, where.latitude, where.longitude, words=self._looked_for(form)
        )
        return Learned(form, say_help(near, str(postcode), words))

    async def finish(self, turn: Turn, words: Words, form: Form) -> Finished:
        return Finished(Answer().say("anything_else"))

    def _looked_for(self, form: Form) -> tuple[str, ...]:
        card = self.parts.card(form.service)
        code = (card.digital.service_code if card else "") or ""
        return tuple(word.strip() for word in code.split(",") if word.strip())


def say_help(near: HelpNear, postcode: str, words: Words) -> Answer:
    """The list with its source and time, or an honest word that there is none."""
    if not near.found:
        return Answer().say("support_none", postcode=postcode)
    lines = "\n".join(
        _line(number, one, near.fetched_at, words) for number, one in enumerate(near.found, 1)
    )
    return Answer().say(
        "support_near",
        postcode=postcode,
        lines=lines,
        source=words.text("source_council"),
        fetched=f"{as_local(near.fetched_at):%d/%m/%Y %H:%M}",
    )


def _line(number: int, help_: Help, now: datetime, words: Words) -> str:
    line = words.text(
        "support_line",
        number=number,
        name=help_.name,
        place=help_.place,
        miles=f"{help_.distance_km * _MILES:.1f}",
        opening=_opening(help_, now, words),
    )
    return " ".join(p for p in (line, help_.phone, step_free_words(help_.step_free, words)) if p)


def _opening(help_: Help, now: datetime, words: Words) -> str:
    if is_open(help_.openings, now):
        return words.text("open_now")
    soonest = next_open(help_.openings, now)
    if soonest is None:
        return words.text("opens_unknown")
    return words.text("opens_next", when=dates.with_time(soonest, words))
