"""Quote the council's own page where it answers what was asked: its words, its source, its date."""

from __future__ import annotations

from actions import dates
from actions.answer import Answer
from actions.parts import Parts
from actions.turn import Turn
from bot.service_card import ServiceCard


def quote_page(parts: Parts, turn: Turn, card: ServiceCard | None) -> Answer:
    """The passage that fits best among the pages of ``card``'s service, or, where the service
    is not known, one that plainly answers; nothing where there is none."""
    question = "" if turn.is_button else turn.text
    find, today, language = parts.pages.find, parts.today(), turn.language
    found = find(question, today, language=language, lgsl=card.lgsl) if card and card.lgsl else None
    found = found or find(question, today, language=language)
    if found is None:
        return Answer()
    page = found.page
    said = Answer().say(
        "page_quote",
        title=page.title,
        passage=found.passage,
        source=page.source,
        reviewed=dates.short(page.reviewed),
    )
    return said if page.language == turn.language else said.say("page_in_english")
