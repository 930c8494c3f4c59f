"""A no to a question that may be left out: whoever says "no thanks" to "What is your name?" is
not called that.

Only words of the citizen's own language, English and Welsh count: a no of another language may
be a name (Maya is "no" in Somali).

Machine-written, awaiting review by native speakers.
"""

from __future__ import annotations

from functools import cache

from actions.questions import NO, Question, read_yes_no
from bot.clear_yes import clear_answer
from bot.phrases import normalise
from bot.safety import SafetyCheck

_NO_ANSWER = {"phone", "postcode", "place", "number", "datetime", "email"}
"""Kinds of answers that "no" can never be."""
_HAS_NONE = {
    "en": "i don't have one|don't have one|i do not have one|i haven't got one|haven't got one|"
    "i have none|i've not got one|n/a|not applicable|no phone|no number|no email|"
    "i don't have a number|i have no number|i don't have a phone number",
    "cy": "does gen i ddim un|sdim un gen i|sgen i ddim un|dim un|does dim un gen i|dim rhif",
    "ar": "ليس لدي|ليس عندي|ما عندي|لا يوجد|لا املك",
    "bn": "আমার নেই|নেই|আমার কাছে নেই",
    "pa": "ਮੇਰੇ ਕੋਲ ਨਹੀਂ|ਮੇਰੇ ਕੋਲ ਨਹੀਂ ਹੈ|ਨਹੀਂ ਹੈ|ਕੋਈ ਨਹੀਂ",
    "pl": "nie mam|nie posiadam|brak|nie dotyczy",
    "pt": "não tenho|nenhum|nenhuma|não se aplica",
    "ro": "nu am|n-am|niciunul|nu e cazul",
    "so": "ma haysto|ma lihi|ma hayo",
    "uk": "не маю|немає|нема|у мене немає",
    "ur": "میرے پاس نہیں|میرے پاس نہیں ہے|نہیں ہے|کوئی نہیں",
    "ur-Latn": "mere paas nahi|mere paas nahi hai|nahi hai|koi nahi",
    "zh": "没有|我没有|无|不适用",
}


def can_be_declined(question: Question) -> bool:
    """Whether "no" leaves this question out. To a council system's own question in words it may
    be the answer ("Is anyone hurt?"), and to where something is it is none at all."""
    if question.required or question.code in {"where", "spot"}:
        return False
    return question.datatype in _NO_ANSWER or (question.datatype == "string" and bool(question.key))


def says_no(text: str, language: str, safety: SafetyCheck) -> bool:
    """Whether the whole of ``text`` is a no in ``language``, English or Welsh."""
    if clear_answer(text, language) is False or read_yes_no(text) == NO:
        return True
    return safety.says(text, {language}) == NO


def has_none(text: str, language: str) -> bool:
    """Whether the whole of ``text`` says that there is none to give."""
    return normalise(text) in _none(language)


@cache
def _none(language: str) -> frozenset[str]:
    held = "|".join(_HAS_NONE.get(lang, "") for lang in ("en", language))
    return frozenset(normalise(one) for one in held.split("|") if one)
