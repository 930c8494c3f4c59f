"""Every service has three doors, on the web and by text: tried, not just read off its card.

The bug this prevents: a card that names a way nobody has wired, so that a citizen who cannot go
online is sent to a door that is painted on the wall. Each card is served three times in each
medium by the real actions against the sandbox council.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from actions.action_serve_citizen import ActionServeCitizen
from actions.answer import Answer
from actions.app import make_actions
from actions.elsewhere import load_elsewhere
from actions.gateways import CouncilSettings, make_gateways
from actions.gateways.clock import council_today
from actions.parts import Parts
from actions.sandbox import create_sandbox
from actions.turn import Turn
from bot.council import Council
from bot.files.cards import load_cards
from bot.files.catalogues import load_catalogues
from bot.files.council import load_council
from bot.files.policy import load_policy
from bot.need import Channel, Circumstances
from bot.safety import shipped_safety_check
from bot.service_card import ServiceCard

BOT = Path(__file__).resolve().parent.parent / "bot"
MEDIUMS = ("web", "sms")
WEB = ("https://", "http://")


@dataclass(frozen=True)
class Shut:
    """A door that does not open."""

    service: str
    channel: str
    medium: str
    why: str

    def __str__(self) -> str:
        return f"bot/services/{self.service}.yml: {self.channel} by {self.medium}: {self.why}"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        shut = asyncio.run(find_shut(Path(folder), load_cards(BOT / "services")))
    for door in shut:
        print(door)
    print(f"{len(shut)} doors are shut" if shut else "every service has its three doors")
    return bool(shut)


async def find_shut(folder: Path, cards: Mapping[str, ServiceCard]) -> list[Shut]:
    """Every door of ``cards`` that does not open; ``folder`` is for the sandbox council."""
    sandbox = create_sandbox(folder / "sandbox.db")
    transport = httpx.ASGITransport(sandbox)
    async with httpx.AsyncClient(transport=transport, trust_env=False) as client:
        parts = _parts(client, cards)
        serve = next(a for a in make_actions(parts) if isinstance(a, ActionServeCitizen))
        return [
            Shut(card.id, channel.value, medium, why)
            for card in cards.values()
            for channel in Channel
            for medium in MEDIUMS
            for why in _closed(await _knock(serve, card, channel, medium), card, channel, parts)
        ]


def _parts(client: httpx.AsyncClient, cards: Mapping[str, ServiceCard]) -> Parts:
    council = load_council(BOT / "council.yml")
    settings = CouncilSettings(council.name, council.slug, council.gss)
    return Parts(
        gateways=make_gateways(client, "http://sandbox", settings),
        cards=cards,
        policy=load_policy(BOT / "routing_policy.yml"),
        council=council,
        replies=load_catalogues(BOT / "replies"),
        safety=shipped_safety_check(),
        elsewhere=load_elsewhere(),
        today=council_today,
        new_id=lambda: "door",
        answer_within=60.0,
    )


async def _knock(
    serve: ActionServeCitizen, card: ServiceCard, channel: Channel, medium: str
) -> Answer:
    turn = Turn(
        conversation_id="door",
        text=f"/{card.intent}",
        intent=card.intent,
        confidence=1.0,
        medium=medium,
        circumstances=Circumstances(asked_channel=channel),
    )
    return await serve.answer(turn, serve.parts.words(turn))


def _closed(answer: Answer, card: ServiceCard, channel: Channel, parts: Parts) -> Iterator[str]:
    """Why this answer is no way to be served on ``channel``."""
    routes = [r for r in answer.reports if r["type"] == "route"]
    if not routes or routes[-1]["channel"] != channel.value:
        yield "the citizen asked for it and is sent elsewhere"
        return
    others = {way["channel"] for way in routes[-1]["alternatives"] if way["way"]}
    if others != {c.value for c in Channel if c is not channel}:
        yield "the other channels are not on offer beside it"
    if [say.key for say in answer.said if say.key.startswith("error_")]:
        yield "the system behind it does not know it"
    yield from _OPENS[channel](answer, card, parts.council)


def _digital(answer: Answer, card: ServiceCard, council: Council) -> Iterator[str]:
    links = [say.values["url"] for say in answer.said if "url" in say.values]
    if answer.has("handoff"):
        yield "nothing can be done online"
    elif not answer.slots.get("task") and not any(u.startswith(WEB) for u in links):
        yield "it neither starts anything nor leads to a page"


def _assisted(answer: Answer, card: ServiceCard, council: Council) -> Iterator[str]:
    handoffs = [r for r in answer.reports if r["type"] == "handoff"]
    asks = (answer.slots.get("task") or {}).get("task") == "request_call_back"
    if not asks and not any(h["team"] and h["way"] for h in handoffs):
        yield "nobody is asked to help"
    if not (council.phone and council.text_relay and council.hours):
        yield "the council has no phone, text relay or hours"


def _face_to_face(answer: Answer, card: ServiceCard, council: Council) -> Iterator[str]:
    handoffs = [r["way"] for r in answer.reports if r["type"] == "handoff"]
    task = (answer.slots.get("task") or {}).get("task")
    if task not in ("come_in", "book_appointment") and "home_visit" not in handoffs:
        yield "there is no place to go to and nobody comes"


_OPENS = {
    Channel.DIGITAL: _digital,
    Channel.ASSISTED: _assisted,
    Channel.FACE_TO_FACE: _face_to_face,
}

if __name__ == "__main__":
    sys.exit(main())
