"""Find groups and services near a postcode, from the council's Open Referral directory."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
from bot.need import Adjustment
from bot.service_card import ServiceCard

SHOWN = 3
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
        near = await help_near(self.parts, turn, self.parts.card(form.service), str(postcode))
        if near is None:
            unknown = Say("postcode_unknown_home", {"postcode": str(postcode)})
            return Learned(form, problem=unknown)
        return Learned(form, say_help(near, str(postcode), words))

    async def finish(self, turn: Turn, words: Words, form: Form) -> Finished:
        return Finished(Answer().say("anything_else"))


async def help_near(
    parts: Parts, turn: Turn, card: ServiceCard | None, postcode: str
) -> HelpNear | None:
    """What the directory has near a postcode; None where nobody knows the postcode. Somebody who
    needs a place with no steps is not sent to one that is known to have them.

    Raises GatewayError.
    """
    try:
        where = await parts.gateways.postcodes.find(postcode)
    except PostcodeUnknown:
        return None
    if where.latitude is None or where.longitude is None:
        return None
    step_free = Adjustment.STEP_FREE in turn.circumstances.adjustments
    near = await parts.gateways.directory.near(
        where.postcode, where.latitude, where.longitude,
        words=_looked_for(card), n=SHOWN * 3 if step_free else SHOWN,
    )  # fmt: skip
    found = [one for one in near.found if one.step_free is not False or not step_free]
    return replace(near, found=tuple(found[:SHOWN]))


def _looked_for(card: ServiceCard | None) -> tuple[str, ...]:
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
