"""What every action works with, wired once in ``actions/app.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from actions.elsewhere import Elsewhere
from actions.gateways import Gateways
from actions.gateways.errors import GatewayOff
from actions.nearness import Nearness, NoNearness
from actions.turn import Turn
from actions.words import Words
from bot.council import Council
from bot.find_passage import PageIndex
from bot.replies import Replies
from bot.routing import RoutingPolicy
from bot.safety import SafetyCheck
from bot.service_card import ServiceCard


def nothing_is_off(_service: str) -> bool:
    """Without off-switches."""
    return False


@dataclass(frozen=True)
class Parts:
    """``cards``: id → service card. ``elsewhere``: matter → the body that deals with it.
    ``answer_within``: seconds an action may take before the citizen is told honestly that a
    system is too slow; less than Rasa is given. ``pages`` are the council's, to be quoted;
    ``nearness`` says which of their passages are near a question in meaning.
    ``is_off``: whether the service with this card is switched off."""

    gateways: Gateways
    cards: Mapping[str, ServiceCard]
    policy: RoutingPolicy
    council: Council
    replies: Replies
    safety: SafetyCheck
    elsewhere: Mapping[str, Elsewhere]
    today: Callable[[], date]
    new_id: Callable[[], str]
    answer_within: float = 6.0
    pages: PageIndex = field(default_factory=PageIndex)
    nearness: Nearness = field(default_factory=NoNearness)
    is_off: Callable[[str], bool] = nothing_is_off

    def words(self, turn: Turn) -> Words:
        """The words for the citizen of this turn."""
        return Words(self.replies, turn.language, turn.medium)

    def need_on(self, service: str | None) -> None:
        """Raises GatewayOff when the service is switched off."""
        if service and self.is_off(service):
            raise GatewayOff

    def card(self, service: str | None) -> ServiceCard | None:
        """The card with this id, or None."""
        return self.cards.get(service) if service else None
