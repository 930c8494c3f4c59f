"""What all actions share: read the turn, answer, add the other ways on, never fail in silence."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Answer, Say
from actions.area_heard import listening
from actions.form import form_from_json
from actions.form_words import summary
from actions.gateways.base import GatewayError
from actions.parts import Parts
from actions.trouble import trouble
from actions.turn import Turn, read_turn
from actions.words import SOMETHING_ELSE, WHY, Words
from bot.helper import ASKED_BY, SOMEBODY_ELSE
from bot.message import Button

_KNOWN = {"postcode": "Postcode", "name": "Name", "phone": "Phone"}

log = logging.getLogger(__name__)

_LAST_LINE_OF_DEFENCE = 1.0
"""Seconds after the task's own limit at which the whole action is given up."""


class TurnAction(Action):
    """An action that answers a ``Turn``. Subclasses write ``name`` and ``answer``."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    async def answer(self, turn: Turn, words: Words) -> Answer:
        """The answer to this turn. May raise anything; the citizen is told and given a person."""
        raise NotImplementedError

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Rasa's way in."""
        turn = read_turn(tracker, self.parts.replies.languages)
        words = self.parts.words(turn)
        with listening() as areas:
            answer = await self._answer_whatever_happens(turn, words)
        answer = answer.report("area", lsoa=areas[-1]) if areas else answer
        # Rasa reads the slots as they were before this turn, so the language goes along.
        lang = str(answer.slots.get("language") or turn.language)
        words = Words(words.replies, lang, words.medium)
        for say in with_ways_on(answer, turn, words):
            spoken = say.lang or words.lang_of(say.key)
            buttons = [in_message(b, lang, spoken).as_json() for b in say.buttons]
            dispatcher.utter_message(
                response=f"utter_{say.key}", buttons=buttons, lang=spoken, **say.values
            )
        for report in (*answer.reports, self._told(turn, answer)):
            dispatcher.utter_message(json_message=dict(report))
        slots = {"language": turn.language, "medium": turn.medium, **answer.slots}
        # One action a turn: said so, Rasa need not ask its policies what comes next.
        listen = FollowupAction("action_listen")
        return [*(SlotSet(name, value) for name, value in slots.items()), listen]

    def _told(self, turn: Turn, answer: Answer) -> dict[str, Any]:
        """What the citizen has told us so far: an agent who takes over need not ask again."""
        task = answer.slots.get("task", turn.task)
        form = form_from_json(task) if task else None
        known = answer.slots.get("known", turn.known) or {}
        told = {_KNOWN[k]: v["shown"] for k, v in known.items() if k in _KNOWN}
        told |= summary(form, self.parts.words(turn)) if form else {}
        service = answer.slots.get("service", turn.service)
        told |= {ASKED_BY: SOMEBODY_ELSE} if turn.circumstances.for_other else {}
        summed = told | ({"service": service} if service else {})
        return {"type": "told", "summary": summed, "asking": form is not None}

    async def _answer_whatever_happens(self, turn: Turn, words: Words) -> Answer:
        limit = self.parts.answer_within + _LAST_LINE_OF_DEFENCE
        try:
            async with asyncio.timeout(limit):
                return await self.answer(turn, words)
        except (GatewayError, TimeoutError) as error:
            log.warning("%s: a council system failed: %s", self.name(), type(error).__name__)
            return self._trouble(turn, error)
        except Exception as error:
            # The traceback may quote the citizen, so only its kind and place are logged.
            log.error("%s failed: %s", self.name(), _where(error))
            return self._trouble(turn, error)

    def _trouble(self, turn: Turn, error: BaseException) -> Answer:
        form = form_from_json(turn.task)
        told = summary(form, self.parts.words(turn)) if form else {}
        if turn.text and not turn.is_button:
            told = {**told, "message": turn.text}
        return trouble(error, self.parts.council.phone, self.parts.card(turn.service), told)


def with_ways_on(answer: Answer, turn: Turn, words: Words) -> tuple[Say, ...]:
    """The replies, the last one with every other way on under it: no answer is digital-only.

    On SMS a question that takes free text gets the ways in words, for a number typed as its
    answer must not be taken for a choice.
    """
    if not answer.said:
        return ()
    *first, last = answer.said
    if turn.is_sms and last.free_input:
        can_skip = any(button.payload == "/skip" for button in last.buttons)
        hint = Say("sms_other_ways_skip" if can_skip else "sms_other_ways")
        return (*first, replace(last, buttons=()), hint)
    ways = _ways(answer, words)
    new = tuple(w for w in ways if w.payload not in {b.payload for b in last.buttons})
    return (*first, replace(last, buttons=(*last.buttons, *new)))


def in_message(button: Button, citizen: str, message: str) -> Button:
    """The button as it goes with a message in the language ``message``: it names its own only
    where that differs. A title of no language of its own is in the ``citizen``'s."""
    lang = button.lang or citizen
    return replace(button, lang="" if lang == message else lang)


def _ways(answer: Answer, words: Words) -> tuple[Button, ...]:
    if answer.has("handoff"):
        return (words.button("button_something_else", SOMETHING_ELSE),)
    why = (words.button("button_why", WHY),) if answer.has("route") else ()
    return (*words.ways_on(), *why, words.button("button_something_else", SOMETHING_ELSE))


def _where(error: BaseException) -> str:
    last = error.__traceback__
    while last and last.tb_next:
        last = last.tb_next
    place = f"{last.tb_frame.f_code.co_filename}:{last.tb_lineno}" if last else "?"
    return f"{type(error).__name__} at {place}"
