"""Words that steer a form instead of answering it: skip, back, again, cancel, help.

The words here are English and Welsh; the other languages have theirs in ``bot/phrases_data``,
in the sections [say.*], with those for yes, no, today and yesterday.
"""

from __future__ import annotations

import re

from actions.questions import read_yes_no
from bot.phrases import normalise
from bot.safety import SafetyCheck

_SAID = {
    "skip": (
        "skip|skip it|skip this|pass|next|dont know|i dont know|not sure|im not sure|no idea|dunno|"
        "idk|prefer not to say|rather not say|id rather not say|none|leave it blank|"
        "hepgor|pasio|dim yn gwybod|dw i ddim yn gwybod|dwi ddim yn gwybod|sai n gwybod|"
        "ddim yn siwr|dim syniad|dwi ddim yn siwr|well gen i beidio dweud"
    ),
    "back": (
        "back|go back|undo|previous|last question|i made a mistake|made a mistake|"
        "nol|yn ol|mynd yn ol|ewch yn ol|y cwestiwn diwethaf|camgymeriad"
    ),
    "repeat": (
        "repeat|again|say again|say that again|pardon|what|what was the question|eh|sorry|"
        "come again|"
        "eto|ailadrodd|beth|unwaith eto|dywedwch eto|beth oedd y cwestiwn"
    ),
    "cancel": (
        "cancel|cancel it|cancel this|stop|stop it|forget it|never mind|nevermind|give up|"
        "quit|exit|"
        "start again|start over|canslo|stopio|anghofiwch|anghofiwch o|anghofiwch e|dim ots|"
        "rhoi r gorau iddi|dechrau eto"
    ),
    "help": "help|help me|i dont understand|i do not understand|cymorth|helpu|dwi ddim yn deall",
}
_PATTERNS = {
    name: re.compile(rf"(?:please )?(?:{said})(?: please| plis| os gwelwch yn dda)?")
    for name, said in _SAID.items()
}
_ONE_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f'.-]+")
_BUTTONS = {
    "/skip": "skip",
    "/go_back": "back",
    "/help": "help",
    "/something_else": "cancel",
    "/affirm": "yes",
    "/deny": "no",
}


def read_control(text: str, safety: SafetyCheck, language: str) -> str | None:
    """skip, back, repeat, cancel, help, yes, no, today or yesterday, for a button or for a
    text that says nothing else; None for any other.

    The citizen's own ``language`` comes first, then English and Welsh, then all others, for
    the same word may mean another thing in another language.
    """
    if text in _BUTTONS:
        return _BUTTONS[text]
    return (
        safety.says(text, {language})
        or _in_english_or_welsh(text)
        or read_yes_no(text)
        or _in_any_language(text, safety)
    )


def _in_any_language(text: str, safety: SafetyCheck) -> str | None:
    """A word of a language that is not the citizen's. One word in Latin letters steers
    nothing: it may well be a name (Bas is "enough" in Urdu)."""
    said = safety.says(text, safety.books)
    return None if said in _SAID and _ONE_LATIN_WORD.fullmatch(text.strip()) else said


def _in_english_or_welsh(text: str) -> str | None:
    plain = normalise(text)
    return next((name for name, said in _PATTERNS.items() if said.fullmatch(plain)), None)
