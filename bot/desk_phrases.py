"""Set phrases: one shortcut, a text a language, with places that are filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.case_extras import CannedReply
from bot.errors import BadInput

PLACES = ("agent", "council", "phone", "service", "reference")
_PLACE = re.compile(r"\{(\w*)\}")
_SHORTCUT = re.compile(r"[a-z0-9][a-z0-9-]{1,38}")


class PhraseWrong(BadInput):
    """Write a shortcut of small letters, and a text whose places are agent, council, phone,
    service or reference in curly brackets."""


def check_phrase(reply: CannedReply) -> CannedReply:
    """``reply`` as it may be kept. Raises PhraseWrong."""
    unknown = [name for name in _PLACE.findall(reply.text) if name not in PLACES]
    if unknown or not reply.text.strip() or not _SHORTCUT.fullmatch(reply.shortcut):
        raise PhraseWrong
    return reply


def offered_phrases(
    held: Iterable[CannedReply], language: str, facts: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Shortcut and text for a conversation in ``language``, English where there is none in it,
    places filled from ``facts``. One whose place has no fact is not offered: a gap would be
    sent."""
    found: dict[str, CannedReply] = {}
    for reply in held:
        better = reply.lang == language or reply.shortcut not in found
        if reply.lang in (language, "en") and better:
            found[reply.shortcut] = reply
    return [
        (shortcut, _PLACE.sub(lambda place: facts[place[1]], reply.text))
        for shortcut, reply in sorted(found.items())
        if all(facts.get(name) for name in _PLACE.findall(reply.text))
    ]
