"""The citizen wants a service, or answers a question of one, or says something small."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from actions.answer import Answer
from actions.conduct import Conductor
from actions.follow_route import RouteFollower, task_of
from actions.form import Form, form_from_json
from actions.form_words import asked
from actions.parts import Parts
from actions.quote_page import quote_page
from actions.route_citizen import route_citizen
from actions.turn import Turn
from actions.turn_action import TurnAction
from actions.words import NO, YES, Words
from bot.intents import FALLBACK, elsewhere_of, service_of
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
CHECK_TASK, STATUS = "check_report", "status"
OPEN = {"string", "text", "place"}
_LIKE_A_PLACE = re.compile(
    r"\d|^\W*(?:it.?s |its |just |right )?(?:outside|near|by|on|at|in|next to|opposite|beside|"
    r"behind|under|corner|junction|top of|bottom of|end of|across from|between|ger|wrth|"
    r"tu allan|gyferbyn|ar|yn|tu ol|rhwng|pen)\b",
    re.IGNORECASE,
)
"""How people begin when they say where: an answer, whatever service its words resemble."""
_ASKS = re.compile(r"[?\u061f\uff1f]")
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
        if turn.intent == STATUS:
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
        buttons = (self.parts.words(turn).service(card) for card in guesses)
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
        if card or turn.intent == STATUS:
            return self._offer_switch(turn, words, form, card)
        small = self._small_talk(turn) or Answer()
        return small.then(self.conductor.again(turn, form))

    def _asks_of_another(self, turn: Turn, form: Form) -> bool:
        """Whether, shown how one report is, they ask about another."""
        asks = form.task == CHECK_TASK and turn.intent == STATUS and turn.confidence >= SURE
        return asks and not self.conductor.suits(turn, form)

    def _interrupts(self, turn: Turn, form: Form) -> bool:
        """Whether this is plainly about something else, and not an answer."""
        wants_other = self._wants_other(turn, form)
        small = turn.intent != "help" and self._small_talk(turn) is not None
        meant = self.conductor.suits(turn, form) or self.conductor.wants_change(turn, form)
        if not (wants_other or small) or meant:
            return False
        if turn.is_button:
            return True
        if not _is_open(form):
            return turn.confidence >= SURE
        return wants_other and not is_answer(turn.text) and turn.confidence >= VERY_SURE

    def _wants_other(self, turn: Turn, form: Form) -> bool:
        """Whether it asks for another service, or how a report is."""
        if turn.intent == STATUS:
            return form.task != CHECK_TASK
        other = self.parts.card(service_of(turn.intent))
        return other is not None and other.id != form.service

    def _offer_switch(
        self, turn: Turn, words: Words, form: Form, card: ServiceCard | None
    ) -> Answer:
        """Keep the answers and ask: switch, or was that an answer? No ``card``: to a report."""
        offer = {"service": card.id if card else "", "said": "" if turn.is_button else turn.text}
        now = self.parts.card(form.service)
        return (
            Answer()
            .say(
                "switch_offer",
                words.button("button_switch", YES),
                words.button("button_carry_on", NO),
                service=card.name(turn.language) if card else words.text("check_a_report"),
                current=now.name(turn.language) if now else words.text("this_form"),
            )
            .remember(task=replace(form, offer=offer).as_json())
        )

    async def _after_offer(self, turn: Turn, words: Words, form: Form) -> Answer:
        offer = dict(form.offer or {})
        said = self.conductor.control(turn, form)
        form = replace(form, offer=None)
        intent = self._offered(offer)
        again = turn.confidence >= SURE and turn.intent == intent
        if intent and (said == "yes" or again):
            return await self._switch(turn, intent, offer.get("said", ""))
        if said == "no":
            return await self._carry_on(turn, words, form, offer.get("said", ""))
        return await self._in_form(turn, words, form)

    def _offered(self, offer: Mapping[str, str]) -> str | None:
        """The intent of what was offered, if it is still there."""
        card = self.parts.card(offer.get("service"))
        return card.intent if card else (None if offer.get("service") else STATUS)

    async def _switch(self, turn: Turn, intent: str, said: str) -> Answer:
        """Serve what was asked for in the words in which it was, so that none is said twice."""
        text = said or f"/{intent}"
        turn = replace(turn, task=None, text=text, intent=intent, confidence=1.0, entities=())
        card = self.parts.card(service_of(intent))
        return await (self.serve(turn, card) if card else self.conductor.start(turn, CHECK_TASK))

    async def _carry_on(self, turn: Turn, words: Words, form: Form, said: str) -> Answer:
        """Take what was mistaken for a wish as the answer that it was, where any words are one,
        and say it back; a question asked in passing is none."""
        kept, question = Answer().say("switch_declined"), form.question
        if not said or question is None or not _is_open(form) or _ASKS.search(said):
            return kept.then(self.conductor.again(turn, form))
        answer = await self.conductor.go_on(replace(turn, text=said, entities=()), form)
        after = form_from_json(answer.slots.get("task"))
        if after and after.shown(question.code):
            kept = kept.say("heard_also", lines=f"{asked(question, words)} {said}")
        return kept.then(answer)


def _is_open(form: Form) -> bool:
    return form.question is not None and form.question.datatype in OPEN


def is_answer(text: str) -> bool:
    """Whether ``text`` is more likely an answer to an open question than a change of subject."""
    return len(text.split()) > SHORT or bool(_LIKE_A_PLACE.search(text))
