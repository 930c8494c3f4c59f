"""A no to a question that may be left out: whoever says "no thanks" to "What is your name?" is
not called that.

Only words of the citizen's own language, English and Welsh count: a no of another language may
be a name (Maya is "no" in Somali).

Machine-written, awaiting review by native speakers.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from actions.questions import NO, Question, read_yes_no
from bot.clear_yes import clear_answer
from bot.phrases import normalise
from bot.safety import SafetyCheck

_NO_ANSWER = {"phone", "postcode", "place", "number", "datetime", "email"}
"""Kinds of answers that "no" can never be."""
_LISTS = {"singlevaluelist", "multivaluelist"}
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


_NO_THANKS = {
    "en": "no thanks|no thank you|no thx|no ta|no cheers|no thanks i'm fine|no thanks i'm ok",
    "cy": "dim diolch|na dim diolch|na diolch|dim diolch i chi",
    "ar": "لا شكرا|لا شكرا لك|لا شكرا لكم",
    "bn": "না ধন্যবাদ|জি না ধন্যবাদ",
    "pa": "ਨਹੀਂ ਧੰਨਵਾਦ|ਨਹੀਂ ਜੀ ਧੰਨਵਾਦ|ਨਾ ਜੀ ਧੰਨਵਾਦ",
    "pl": "nie dziękuję|nie dzięki|dziękuję nie",
    "pt": "não obrigado|não obrigada",
    "ro": "nu mulțumesc|nu mersi|nu vă mulțumesc",
    "so": "maya mahadsanid|maya waad mahadsan tahay",
    "uk": "ні дякую|дякую ні|ні спасибі",
    "ur": "نہیں شکریہ|جی نہیں شکریہ",
    "ur-Latn": "nahi shukriya|nahi shukria|ji nahi shukriya|nahin shukriya",
    "zh": "不用谢谢|不用了谢谢|不谢谢|不了谢谢|不必了谢谢",
}
"""A no that thanks for having been asked: it turns the question down and answers none."""


def can_be_declined(question: Question) -> bool:
    """Whether "no" leaves this question out, unless it is one of the choices. To a council
    system's own question in words it may be the answer ("Is anyone hurt?"), and to where
    something is it is none at all."""
    if question.required or question.code in {"where", "spot"}:
        return False
    own_words = question.datatype == "string" and bool(question.key)
    return own_words or question.datatype in _NO_ANSWER | _LISTS


def says_no_thanks(text: str, language: str) -> bool:
    """Whether the whole of ``text`` turns a question down: "no thanks"."""
    return normalise(text) in _words(_NO_THANKS, language)


def in_own_words(question: Question) -> bool:
    """Whether it is a council system's question that any words answer, to be left out if wanted:
    "no" may be the answer to it, "no thanks" is none."""
    asked_by_council = not question.key and question.datatype in {"string", "text"}
    return asked_by_council and not question.required


def says_no(text: str, language: str, safety: SafetyCheck) -> bool:
    """Whether the whole of ``text`` is a no in ``language``, English or Welsh."""
    if clear_answer(text, language) is False or read_yes_no(text) == NO:
        return True
    return safety.says(text, {language}) == NO


def has_none(text: str, language: str) -> bool:
    """Whether the whole of ``text`` says that there is none to give."""
    return normalise(text) in _words(_HAS_NONE, language)


def _words(book: Mapping[str, str], language: str) -> frozenset[str]:
    """Theirs and English ones, in one spelling."""
    return frozenset().union(*(_spelt(book.get(lang, "")) for lang in ("en", language)))


@cache
def _spelt(held: str) -> frozenset[str]:
    return frozenset(normalise(one) for one in held.split("|") if one)
