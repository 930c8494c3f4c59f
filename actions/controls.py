"""Words that steer a form instead of answering it: skip, back, again, cancel, help."""

from __future__ import annotations

import re

from bot.phrases import normalise

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
_BUTTONS = {
    "/skip": "skip",
    "/go_back": "back",
    "/help": "help",
    "/something_else": "cancel",
    "/affirm": "yes",
    "/deny": "no",
}


def read_control(text: str) -> str | None:
    """skip, back, repeat, cancel, help, yes or no (the last two only from their buttons);
    None for anything that may be an answer."""
    if text in _BUTTONS:
        return _BUTTONS[text]
    plain = normalise(text)
    return next((name for name, said in _PATTERNS.items() if said.fullmatch(plain)), None)
