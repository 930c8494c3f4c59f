"""Which barrier or adjustment a citizen names, once it is known that they name one.

The words here are English and Welsh, and broader than the phrases in ``bot/phrases_data``,
which have to tell such a message from any other. The other languages have those phrases.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from bot.need import Adjustment, Barrier
from bot.phrases import normalise
from bot.safety import SafetyCheck

_Named = TypeVar("_Named", bound=Enum)

_BARRIERS: Mapping[Barrier, str] = {
    Barrier.NO_INTERNET: (
        r"internet|wifi|wi fi|broadband|online|on line|on the web|website|signal|rhyngrwyd|"
        r"arlein|ar lein|we fan|gwefan"
    ),
    Barrier.NO_DEVICE: (
        r"(no|not|dont|havent|without|got no|broken|broke|lost|stolen|share|old|dim|heb|ddim)\b.*"
        r"\b(computer|laptop|tablet|smartphone|smart phone|device|ipad|pc|cyfrifiadur|gliniadur|"
        r"llechen|ffon glyfar)|no phone|dim ffon|heb ffon"
    ),
    Barrier.NO_DATA: r"data|credit|top up|topup|credyd",
    Barrier.CANNOT_READ_WELL: (
        r"(cant|cannot|can not|not|dont|hard|difficult|struggle|struggling|trouble|never)\b.*"
        r"\b(read|reading|write|writing|spell|spelling)|dyslexi\w*|illiterate|eyesight|blind|"
        r"partially sighted|my eyes|glasses|methu darllen|ddim yn gallu darllen|"
        r"(darllen|sgwennu|ysgrifennu)\b.*\b(anodd|drafferth)|dyslecsi\w*|golwg"
    ),
    Barrier.CANNOT_USE_PHONE: (
        r"(cant|cannot|can not|dont|hate|hard|not|unable)\b.*\b(phone|call|calls|ring|telephone)|"
        r"deaf|hard of hearing|hearing|byddar|clyw|methu ffonio"
    ),
    Barrier.NOT_CONFIDENT: (
        r"computers|technology|tech|confus\w*|confident|good with|complicated|too old|"
        r"dont understand|dont know how|no good|useless with|forms?|hyderus|technoleg|"
        r"cyfrifiaduron|cymhleth|drysu"
    ),
}
_ADJUSTMENTS: Mapping[Adjustment, str] = {
    Adjustment.BSL: r"bsl|british sign|sign language|signing|signer|iaith arwyddion",
    Adjustment.INTERPRETER: (
        r"interpret\w*|translat\w*|my language|speak english|english is (not|bad|poor)|"
        r"cyfieith\w*|fy iaith|lladmerydd"
    ),
    Adjustment.LARGE_PRINT: (
        r"large print|big print|bigger (print|text|letters|font)|large (text|font|letters)|"
        r"print bras|print mawr|llythrennau mawr"
    ),
    Adjustment.ACCESSIBLE_FORMAT: r"braille|easy read|audio|hawdd ei ddarllen|fersiwn sain",
    Adjustment.TEXT_RELAY: (
        r"text relay|relay uk|relay|textphone|minicom|type talk|typetalk|18001|"
        r"hard of hearing|deaf|byddar|trwm fy nghlyw"
    ),
    Adjustment.STEP_FREE: (
        r"step free|steps|stairs|wheelchair|wheel chair|ramp|lift|scooter|walking (frame|stick)|"
        r"disabled access|accessible|grisiau|cadair olwyn|lifft|heb risiau"
    ),
    Adjustment.HOME_VISIT: (
        r"home visit|visit (me|us) at home|come (to|round|out)\b.*\b(me|us|my|our|home|house|flat)|"
        r"housebound|house bound|cant (leave|get out)|bedbound|ymweliad|ymweld|dod ir ty|"
        r"gaeth ir ty"
    ),
    Adjustment.MORE_TIME: (
        r"more time|extra time|slow(er|ly)?|take (my|your) time|mwy o amser|arafach|yn araf"
    ),
}


def heard_barriers(text: str, safety: SafetyCheck) -> frozenset[Barrier]:
    """The barriers named, in any language; "not confident" for somebody who names none in
    particular."""
    heard = _named(_BARRIERS, text) | safety.barriers(text)
    return heard or frozenset({Barrier.NOT_CONFIDENT})


def heard_adjustments(text: str, safety: SafetyCheck, language: str) -> frozenset[Adjustment]:
    """The adjustments named in the citizen's own ``language``, English or Welsh, else in any
    other; none when nobody knows the words."""
    own = _named(_ADJUSTMENTS, text) | safety.adjustments(text, {language})
    return own or safety.adjustments(text, safety.books)


def _named(words: Mapping[_Named, str], text: str) -> frozenset[_Named]:
    plain = normalise(text)
    return frozenset(one for one, said in words.items() if re.search(rf"\b(?:{said})\b", plain))
