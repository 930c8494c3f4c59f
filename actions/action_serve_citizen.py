"""The citizen wants a service, or answers a question of one, or says something small."""

from __future__ import annotations

import re
from dataclasses import replace

from actions.answer import Answer
from actions.conduct import Conductor
from actions.follow_route import RouteFollower, task_of
from actions.form import Form
from actions.parts import Parts
from actions.quote_page import quote_page
from actions.route_citizen import route_citizen
from actions.turn import Turn
from actions.turn_action import TurnAction
from actions.words import NO, YES, Words
from bot.intents import FALLBACK, elsewhere_of, service_of
from bot.message import Button
from bot.need import Channel
from bot.service_card import ServiceCard

SURE = 0.85
"""From here on an intent may interrupt a form; below it the text counts as an answer."""
VERY_SURE = 0.92
"""The same in answer to an open question: "it is deep and full of water" describes a pothole,
however much it sounds like a flooded road."""
SHORT = 10
"""Words; a longer text in answer to an open question is an answer, whatever it resembles."""
MOST_GUESSES = 3
CHECK_TASK = "check_report"
OPEN = {"string", "text", "place"}
_LIKE_A_PLACE = re.compile(
    r"\d|^\W*(?:it.?s |its |just |right )?(?:outside|near|by|on|at|in|next to|opposite|beside|"
    r"behind|under|corner|junction|top of|bottom of|end of|across from|between|ger|wrth|"
    r"tu allan|gyferbyn|ar|yn|tu ol|rhwng|pen)\b",
    re.IGNORECASE,
)
"""How people begin when they say where: an answer, whatever service its words resemble."""
_SMALL_TALK = {
    "greet": "greet_back",
    "thanks": "thanks_back",
    "goodbye": "goodbye_back",
    "are_you_human": "are_you_human",
    "help": "help",
    "out_of_scope": "out_of_scope",
}


class ActionServeCitizen(TurnAction):
    """``conductor`` runs the forms, ``follower`` carries decisions out."""

    def __init__(self, parts: Parts, conductor: Conductor, follower: RouteFollower) -> None:
        super().__init__(parts)
        self.conductor, self.follower = conductor, follower

    def name(self) -> str:
        return "action_serve_citizen"

    async def answer(self, turn: Turn, words: Words) -> Answer:
        form = self.conductor.current(turn)
        asked = self.parts.card(service_of(turn.intent)) if turn.desk_asks else None
        if asked:
            return await self._for_desk(turn, form, asked)
        self.parts.need_on(form.service if form else None)
        if form and form.offer:
            return await self._after_offer(turn, words, form)
        if form:
            return await self._in_form(turn, words, form)
        return await self._fresh(turn, words)

    async def serve(self, turn: Turn, card: ServiceCard) -> Answer:
        """Route a service and start it. Raises GatewayOff when it is switched off."""
        self.parts.need_on(card.id)
        decision = route_citizen(self.parts, turn, card)
        answer = await self.follower.follow(turn, decision, card)
        return Answer().remember(service=card.id).then(answer)

    async def _for_desk(self, turn: Turn, form: Form | None, card: ServiceCard) -> Answer:
        """The questions of a service, for the agent who serves the citizen: which channel is no
        question any more, whatever the citizen asked for or finds hard."""
        self.parts.need_on(card.id)
        if form and form.service == card.id and form.task == task_of(card):
            return self.conductor.again(turn, form)
        return await self.follower.begin(replace(turn, task=None), card)

    async def _fresh(self, turn: Turn, words: Words) -> Answer:
        card = self.parts.card(service_of(turn.intent))
        if card:
            return await self.serve(turn, card)
        if turn.intent == "status":
            return await self.conductor.start(turn, CHECK_TASK)
        small = self._small_talk(turn)
        if small:
            return small
        if turn.intent and turn.intent != FALLBACK and turn.is_button:
            return Answer().say("what_do_you_need")
        if turn.intent in {"affirm", "deny", "skip", "go_back"}:
            return Answer().say("nothing_open")
        return await self._not_understood(turn, words)

    def _small_talk(self, turn: Turn) -> Answer | None:
        """The answer to what is no service of the council's, or None."""
        matter = elsewhere_of(turn.intent)
        where = self.parts.elsewhere.get(matter or "")
        if where:
            key = "elsewhere" if where.body else "elsewhere_utilities"
            return Answer().say(key, body=where.name(turn.language), url=where.url)
        key = _SMALL_TALK.get("out_of_scope" if matter else turn.intent, "")
        return Answer().say(key, phone=self.parts.council.phone) if key else None

    async def _not_understood(self, turn: Turn, words: Words) -> Answer:
        """Once: did you mean…? Twice in a row: a person."""
        once_more = replace(turn.circumstances, failed_turns=turn.circumstances.failed_turns + 1)
        answer = Answer().report("misunderstood")
        decision = route_citizen(self.parts, turn, None, once_more)
        if decision.channel is not Channel.DIGITAL and once_more.failed_turns > 1:
            told = {"message": turn.text}
            person = self.follower.to_person(turn, decision, None, told)
            handoff = next(r for r in person.reports if r["type"] == "handoff")
            return replace(answer, reports=(*answer.reports, handoff)).say("misunderstood_twice")
        answer = answer.then(await quote_page(self.parts, turn, None))
        guesses = self._guesses(turn)
        if not guesses:
            return answer.say("did_not_understand")
        buttons = (Button(card.name(turn.language), f"/{card.intent}") for card in guesses)
        return answer.say("did_you_mean", *buttons)

    def _guesses(self, turn: Turn) -> tuple[ServiceCard, ...]:
        cards = (self.parts.card(service_of(intent)) for intent, _ in turn.candidates)
        return tuple(card for card in cards if card)[:MOST_GUESSES]

    async def _in_form(self, turn: Turn, words: Words, form: Form) -> Answer:
        if turn.is_button and service_of(turn.intent) == form.service:
            return self.conductor.again(turn, form)
        if self._asks_of_another(turn, form):
            return await self.conductor.start(turn, CHECK_TASK)
        if not self._interrupts(turn, form):
            return await self.conductor.go_on(turn, form)
        card = self.parts.card(service_of(turn.intent))
        if card:
            return self._offer_switch(turn, words, form, card)
        small = self._small_talk(turn) or Answer()
        return small.then(self.conductor.again(turn, form))

    def _asks_of_another(self, turn: Turn, form: Form) -> bool:
        """Whether, shown how one report is, they ask about another."""
        asks = form.task == CHECK_TASK and turn.intent == "status" and turn.confidence >= SURE
        return asks and not self.conductor.suits(turn, form)

    def _interrupts(self, turn: Turn, form: Form) -> bool:
        """Whether this is plainly about something else, and not an answer."""
        other = self.parts.card(service_of(turn.intent))
        about_else = (other and other.id != form.service) or (
            turn.intent != "help" and self._small_talk(turn) is not None
        )
        meant = self.conductor.suits(turn, form) or self.conductor.wants_change(turn, form)
        if not about_else or meant:
            return False
        if turn.is_button:
            return True
        question = form.question
        is_open = question is not None and question.datatype in OPEN
        if is_open and (not other or is_answer(turn.text)):
            return False
        return turn.confidence >= (VERY_SURE if is_open else SURE)

    def _offer_switch(self, turn: Turn, words: Words, form: Form, card: ServiceCard) -> Answer:
        """Keep the answers and ask: switch, or was that an answer?"""
        offer = {"service": card.id, "said": "" if turn.is_button else turn.text}
        now = self.parts.card(form.service)
        return (
            Answer()
            .say(
                "switch_offer",
                words.button("button_switch", YES),
                words.button("button_carry_on", NO),
                service=card.name(turn.language),
                current=now.name(turn.language) if now else words.text("this_form"),
            )
            .remember(task=replace(form, offer=offer).as_json())
        )

    async def _after_offer(self, turn: Turn, words: Words, form: Form) -> Answer:
        offer = dict(form.offer or {})
        said = self.conductor.control(turn, form)
        form = replace(form, offer=None)
        card = self.parts.card(offer.get("service"))
        wanted = service_of(turn.intent) if turn.confidence >= SURE else None
        if card and (said == "yes" or wanted == card.id):
            return await self.serve(replace(turn, task=None, text=f"/{card.intent}"), card)
        if said == "no":
            kept = Answer().say("switch_declined")
            return kept.then(self.conductor.again(turn, form))
        return await self._in_form(turn, words, form)


def is_answer(text: str) -> bool:
    """Whether ``text`` is more likely an answer to an open question than a change of subject."""
    return len(text.split()) > SHORT or bool(_LIKE_A_PLACE.search(text))
