"""Point to the council's own page, saying so when it is only the front page; and quote facts."""

from __future__ import annotations

import asyncio

from actions import dates
from actions.answer import Answer
from actions.parts import Parts
from actions.quote_page import quote_page
from actions.turn import Turn
from bot.service_card import ServiceCard


async def send_link(parts: Parts, turn: Turn, card: ServiceCard) -> Answer:
    """The page that does the job, or the front page and an honest word about it."""
    link, quoted = await asyncio.gather(
        parts.gateways.local_links.link(card.lgsl, card.lgil), quote_page(parts, turn, card)
    )
    key = "link_page" if link.kind == "interaction" else "link_homepage"
    told = say_facts(turn, card).then(quoted)
    return told.say(key, service=card.name(turn.language), url=link.url, council=link.authority)


def say_facts(turn: Turn, card: ServiceCard) -> Answer:
    """The card's facts, each with its source and the day somebody checked it."""
    answer = Answer()
    for fact in card.facts:
        lang = turn.language if fact.text.get(turn.language) else "en"
        answer = answer.say(
            "fact",
            lang=lang,
            sentence=fact.text[lang],
            source=fact.source,
            reviewed=dates.short(fact.reviewed),
        )
    return answer
