"""Every file the product is started with, read and checked in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.council import Council
from bot.files.cards import load_cards
from bot.files.catalogues import load_catalogues
from bot.files.council import load_council
from bot.files.policy import load_policy
from bot.replies import Replies
from bot.routing import RoutingPolicy
from bot.safety import SafetyCheck, shipped_safety_check
from bot.service_card import ServiceCard
from channels.settings import ROOT

BOT = ROOT / "bot"


@dataclass(frozen=True)
class ProductFiles:
    """``words`` are the pages' own texts, ``replies`` the assistant's."""

    council: Council
    cards: Mapping[str, ServiceCard]
    policy: RoutingPolicy
    replies: Replies
    words: Replies
    safety: SafetyCheck


def read_files(council_file: Path) -> ProductFiles:
    """All of them. Raises BadFile naming the file, the line and the remedy."""
    return ProductFiles(
        council=load_council(council_file),
        cards=load_cards(BOT / "services"),
        policy=load_policy(BOT / "routing_policy.yml"),
        replies=load_catalogues(BOT / "replies"),
        words=load_catalogues(ROOT / "channels" / "pages"),
        safety=shipped_safety_check(),
    )
