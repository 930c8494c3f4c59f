"""The citizen wants another language. One we do not have yet is answered with a person."""

from __future__ import annotations

import re
from dataclasses import replace

from actions.answer import Answer
from actions.form_first import SURE, FormFirstAction
from actions.turn import Turn
from actions.words import Words
from bot.phrases import normalise
from bot.safety import SafetyCheck

NOT_OURS = "another"
"""Stands for a language that no catalogue has."""
_OTHERS = re.compile(
    r"\b(?:spanish|french|german|italian|russian|bulgarian|lithuanian|latvian|hungarian|turkish|"
    r"kurdish|farsi|persian|dari|pashto|tamil|gujarati|hindi|nepali|tigrinya|amharic|swahili|"
    r"yoruba|vietnamese|albanian|greek|czech|slovak|"
    r"ffrangeg|sbaeneg|almaeneg|rwsieg|eidaleg)\b"
)
"""Languages that people in the United Kingdom ask for, as they are called in English or Welsh."""


class ActionChangeLanguage(FormFirstAction):
    """Says the new language's greeting in it and reports the change. A language that nobody named
    is not changed to, and what hardly sounds like the wish answers the form under way."""

    def name(self) -> str:
        return "action_change_language"

    async def answer(self, turn: Turn, words: Words) -> Answer:
        offered = self.parts.replies.languages
        wanted = wanted_language(turn.text, turn.language, self.parts.safety)
        if wanted is None and turn.is_button and turn.language != offered[0]:
            wanted = offered[0]  # they typed ENGLISH
        form = self.conductor.current(turn)
        if wanted is None and form is not None and turn.confidence < SURE:
            return await self.conductor.go_on(turn, form)
        if wanted is None:
            names = ", ".join(self.parts.council.languages.values())
            return Answer().say("language_which", languages=names).then(self.back_to_form(turn))
        if wanted not in offered:
            return Answer().say("language_not_yet").then(self.back_to_form(turn))
        changed = replace(turn, language=wanted)
        said = Answer().say("language_changed").then(self.back_to_form(changed))
        return said.report("language", language=wanted).remember(language=wanted)


def wanted_language(text: str, now: str, safety: SafetyCheck) -> str | None:
    """The code of the language asked for, NOT_OURS for one nobody here has heard of, or None
    when none is named."""
    named = safety.language_named(text, now)
    if named in {None, now} and _OTHERS.search(normalise(text)):
        return NOT_OURS
    return named
