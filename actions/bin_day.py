"""When the bins are collected, with source and time; and a report when one was missed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from actions import dates
from actions.answer import Answer, Say
from actions.form import Form, Given, drop_after, insert, put
from actions.gateways.base import GatewayError, GatewayRefused
from actions.gateways.bins import BinDays
from actions.gateways.clock import as_local
from actions.gateways.open311 import NewRequest
from actions.parts import Parts
from actions.questions import YES, Question, find_postcode
from actions.report_street_problem import council_questions
from actions.send_report import send_report
from actions.tasks import Finished, Learned, Opened, known_answers, name_question, phone_question
from actions.turn import Turn
from actions.words import Words
from bot.phrases import normalise
from bot.service_card import ServiceCard

LATEST_SHOWN = 6
_MISSED = re.compile(
    r"\b(miss|missed|mised|skipped|forgot|forgotten|still full|not emptied|"
    r"(not|didnt|did not|wasnt|havent|hasnt|never|werent|no one|nobody)\b.*\b"
    r"(collect|collected|empty|emptied|emtied|come|came|taken|take|picked)|"
    r"(heb|ddim|neb|methu|methwyd|na chafodd)\b.*\b"
    r"(casglu|gasglu|nghasglu|wagio|gwagio|mynd|dod)r?)\b"
)


@dataclass(frozen=True)
class BinDay:
    """The task. ``parts.gateways`` gives bins, Open311, postcodes and links."""

    parts: Parts
    name: str = "bin_day"

    async def open(self, turn: Turn, words: Words, card: ServiceCard | None) -> Opened:
        assert card is not None  # only a service card leads here
        form = Form(
            task=self.name,
            id=self.parts.new_id(),
            service=card.id,
            questions=(Question("postcode", "postcode", key="ask_postcode_bins"),),
            reviewed=False,
            notes={"missed": not turn.is_button and says_missed(turn.text)},
        )
        heard = None if turn.is_button else find_postcode(turn.text)
        known = {"postcode": Given(heard, heard)} if heard else known_answers(turn, "postcode")
        return Opened(form, known=known)

    async def learn(self, turn: Turn, words: Words, form: Form, code: str) -> Learned:
        if code == "postcode":
            return await self._days(turn, words, form)
        if code == "missed" and form.value(code) == YES:
            return await self._missed(turn, words, form)
        if code == "missed":
            return Learned(replace(drop_after(form, code), reviewed=False))
        return Learned(form)

    async def finish(self, turn: Turn, words: Words, form: Form) -> Finished:
        if form.value("missed") != YES:
            return Finished(Answer().say("anything_else"))
        where = (str(form.value("address") or ""), str(form.value("postcode") or ""))
        request = NewRequest(
            service_code=str(form.notes["service_code"]),
            address=", ".join(part for part in where if part),
        )
        return Finished(await send_report(self.parts, turn, words, form, request))

    async def _days(self, turn: Turn, words: Words, form: Form) -> Learned:
        postcode = str(form.value("postcode"))
        try:
            days = await self.parts.gateways.bins.collections(postcode)
        except GatewayRefused:
            return Learned(form, problem=Say("postcode_no_bins", {"postcode": postcode}))
        except GatewayError:
            # No date is better than a wrong one: point to the council's page and phone.
            return await self._then_missed(turn, words, form, await self._unsure(form))
        said = _say_days(days, words, self.parts.today())
        return await self._then_missed(turn, words, form, said)

    async def _then_missed(self, turn: Turn, words: Words, form: Form, said: Answer) -> Learned:
        """Offer the report, or go straight to it for somebody who came to make it."""
        form = insert(form, "postcode", (Question("missed", "yes_no", key="ask_missed"),))
        if not form.notes.get("missed"):
            return Learned(form, said)
        learned = await self._missed(turn, words, put(form, "missed", Given(YES, YES)))
        return Learned(learned.form, said.then(learned.answer))

    async def _unsure(self, form: Form) -> Answer:
        card = self.parts.cards[form.service]
        link = await self.parts.gateways.local_links.link(card.lgsl, card.lgil)
        return Answer().say("bins_unsure", url=link.url, phone=self.parts.council.phone)

    async def _missed(self, turn: Turn, words: Words, form: Form) -> Learned:
        card = self.parts.cards[form.service]
        code = card.digital.service_code or ""
        definition = await self.parts.gateways.open311.definition(code, turn.language)
        answer = Answer()
        for notice in definition.notices:
            answer = answer.say("council_notice", lang=definition.language, notice=notice)
        contact = () if turn.is_sms else (phone_question(key="ask_phone_optional"),)
        questions = (
            *council_questions(definition.questions, definition.language),
            Question("address", "string", key="ask_address"),
            name_question(),
            *contact,
        )
        form = insert(form, "missed", questions)
        notes: Mapping[str, object] = {**form.notes, "service_code": code}
        return Learned(replace(form, reviewed=True, notes=notes), answer)


def says_missed(text: str) -> bool:
    """Whether somebody says that a bin was not emptied."""
    return bool(_MISSED.search(normalise(text)))


def _say_days(days: BinDays, words: Words, today: date) -> Answer:
    lines = "\n".join(
        words.text("bin_line", kind=kind, day=_day(day, today, words))
        for kind, day in days.collections[:LATEST_SHOWN]
    )
    fetched = as_local(days.fetched_at)
    return Answer().say(
        "bin_days",
        lines=lines,
        source=_source(days.source, words),
        fetched=f"{fetched:%d/%m/%Y %H:%M}",
    )


def _day(day: date, today: date, words: Words) -> str:
    shown = dates.long(day, words)
    return f"{shown} ({words.text('date_today')})" if day == today else shown


def _source(source: str, words: Words) -> str:
    """A web address of the council's inner systems means nothing to a citizen."""
    return words.text("source_council") if source.startswith("http") else source
