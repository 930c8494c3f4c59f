"""Quote the council's own page where it answers what was asked: its words, its source, its date."""

from __future__ import annotations

from actions import dates
from actions.answer import Answer
from actions.nearness import Asked
from actions.parts import Parts
from actions.turn import Turn
from bot.find_passage import Near
from bot.service_card import ServiceCard


async def quote_page(parts: Parts, turn: Turn, card: ServiceCard | None) -> Answer:
    """The passage that fits best among the pages of ``card``'s service, or, where the service
    is not known, one that plainly answers. A search that finds nothing is reported: it may be a
    page that the council should write.

    Meaning is looked at where pages may well answer: reading a message for it costs more than all
    the rest of a turn. A service without pages is answered by its link, and by another's page only
    for its words.
    """
    question = "" if turn.is_button else turn.text
    pages, today, language = parts.pages, parts.today(), turn.language
    code = card.lgsl if card else None
    near: Near = {}
    if code is None or code in pages.codes:
        near = await parts.nearness.near(Asked(question, language, code, pages.digest))
    found = None
    if code:
        found = pages.find(question, today, language=language, lgsl=code, near=near)
    found = found or pages.find(question, today, language=language, near=near)
    if found is None:
        return Answer().report("nothing_found") if question else Answer()
    page = found.page
    said = Answer().say(
        "page_quote",
        lang=page.language,
        title=page.title,
        passage=found.passage,
        source=page.source,
        reviewed=dates.short(page.reviewed),
    )
    return said if page.language == turn.language else said.say("page_in_english")
