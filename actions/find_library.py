"""Find the libraries and hubs nearest to a postcode."""

from __future__ import annotations

from dataclasses import dataclass

from actions.answer import Answer
from actions.form import Form, Given
from actions.parts import Parts
from actions.places_near import find_places, say_places
from actions.questions import Question, find_postcode
from actions.tasks import Finished, Learned, Opened, known_answers
from actions.turn import Turn
from actions.words import Words
from bot.service_card import ServiceCard


@dataclass(frozen=True)
class FindLibrary:
    """The task. ``parts.gateways`` gives postcodes and places."""

    parts: Parts
    name: str = "find_library"

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
        places, problem = await find_places(self.parts.gateways, str(postcode))
        said = Answer() if problem else say_places(places, str(postcode), words)
        return Learned(form, said, problem)

    async def finish(self, turn: Turn, words: Words, form: Form) -> Finished:
        return Finished(Answer().say("anything_else"))


def postcode_question() -> Question:
    """Which postcode to look near; who does not want to say is told the main place."""
    return Question("postcode", "postcode", key="ask_postcode_near", required=False)


def heard_postcode(turn: Turn) -> dict[str, Given]:
    """The postcode in this message, else the one we know."""
    heard = None if turn.is_button else find_postcode(turn.text)
    return {"postcode": Given(heard, heard)} if heard else known_answers(turn, "postcode")
