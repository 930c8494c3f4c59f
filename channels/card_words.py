"""What a service card means, in sentences that a service manager can check and an agent can use."""

from __future__ import annotations

from bot.need import Channel
from bot.service_card import Door, ServiceCard

_KINDS = {
    "transactional": "something to be done",
    "relational": "a talk with somebody",
    "information": "something to know",
}
_WAYS = {
    "do_it_here": "done in the chat",
    "link": "a link to the council's page",
    "answer": "an answer from the council's page",
    "none": "not offered",
    "talk_to_person": "a person answers",
    "call_back": "a person calls back",
    "library_hub": "the nearest library or hub",
    "appointment": "an appointment",
    "home_visit": "a home visit",
}
_CHANNELS = {
    Channel.DIGITAL: "Online",
    Channel.ASSISTED: "With a person",
    Channel.FACE_TO_FACE: "Face to face",
}


def meaning_of(card: ServiceCard) -> list[str]:
    """The card in sentences, the most important first."""
    names = ", ".join(sorted(card.names))
    codes = f" (LGSL {card.lgsl})" if card.lgsl else ""
    return [
        f"{card.name('en')}{codes}, named in: {names}.",
        f"Cases go to the team {card.team.replace('_', ' ')}.",
        *offers_of(card),
    ]


def offers_of(card: ServiceCard) -> list[str]:
    """What the service offers whom on which channel, and what may be told of it."""
    return [
        f"It is {_KINDS[card.kind.value]}, {card.urgency.value}.",
        *(f"{name}: {_door(card.door(channel))}." for channel, name in _CHANNELS.items()),
        *(f"Told, from {fact.source}: {fact.text['en']}" for fact in card.facts),
    ]


def _door(door: Door) -> str:
    by = f" by {door.connector.replace('_', ' ')}" if door.connector else ""
    code = f", as {door.service_code}" if door.service_code else ""
    return f"{_WAYS[door.way]}{by}{code}"
