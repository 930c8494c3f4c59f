"""The citizen wants another language. One we do not have yet is answered with a person."""

from __future__ import annotations

import re
from dataclasses import replace

from actions.answer import Answer
from actions.form_first import FormFirstAction
from actions.turn import LANGUAGES, Turn
from actions.words import Words
from bot.phrases import normalise

_NAMES = {
    "cy": r"welsh|cymraeg|gymraeg|nghymraeg|cymreig",
    "en": r"english|saesneg|seisnig",
}
_OTHER = (
    r"polish|polski|romanian|romana|urdu|punjabi|panjabi|bengali|arabic|somali|ukrainian|"
    r"portuguese|spanish|french|chinese|cantonese|mandarin|russian|bulgarian|lithuanian|"
    r"pwyleg|ffrangeg|sbaeneg|arabeg"
)


class ActionChangeLanguage(FormFirstAction):
    """Says the new language's greeting in it and reports the change."""

    def name(self) -> str:
        return "action_change_language"

    async def answer(self, turn: Turn, words: Words) -> Answer:
        wanted = wanted_language(turn.text, turn.language)
        if wanted is None:
            return Answer().say("language_not_yet").then(self.back_to_form(turn))
        changed = replace(turn, language=wanted)
        said = Answer().say("language_changed").then(self.back_to_form(changed))
        return said.report("language", language=wanted).remember(language=wanted)


def wanted_language(text: str, now: str) -> str | None:
    """The language asked for; the other one when none is named; None when we lack it."""
    plain = normalise(text)
    for language, names in _NAMES.items():
        if re.search(rf"\b(?:{names})\b", plain):
            return language
    if re.search(rf"\b(?:{_OTHER})\b", plain):
        return None
    return next(language for language in LANGUAGES if language != now)
