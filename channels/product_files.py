"""Every file the product is started with, read and checked in one go."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from govuk_bank_holidays.bank_holidays import BankHolidays

from bot.council import Council
from bot.errors import BadFile
from bot.files.cards import load_cards, with_own
from bot.files.catalogues import load_catalogues
from bot.files.council import load_council
from bot.files.policy import load_policy
from bot.replies import Replies
from bot.routing import RoutingPolicy
from bot.safety import SafetyCheck, shipped_safety_check
from bot.service_card import ServiceCard
from channels.settings import ROOT

log = logging.getLogger(__name__)

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


def read_files(council_file: Path, own_cards: Path | None = None) -> ProductFiles:
    """All of them; ``own_cards``: the folder of cards changed in the browser. Raises BadFile naming
    the file, the line and the remedy."""
    replies, cards = load_catalogues(BOT / "replies"), load_cards(BOT / "services")
    return ProductFiles(
        council=_in_our_languages(read_council(council_file), replies, council_file),
        cards=with_own(cards, own_cards) if own_cards else cards,
        policy=load_policy(BOT / "routing_policy.yml"),
        replies=replies,
        words=load_catalogues(ROOT / "channels" / "pages"),
        safety=shipped_safety_check(),
    )


def read_council(path: Path) -> Council:
    """The council with its bank holidays, from GOV.UK's list as it came with the library: nothing
    is fetched. Raises BadFile."""
    council = load_council(path)
    if not council.bank_holidays:
        return council
    known = BankHolidays(use_cached_holidays=True).get_holidays(division=council.bank_holidays)
    days = frozenset(holiday["date"] for holiday in known)
    return replace(council, holidays=council.holidays | days)


def _in_our_languages(council: Council, replies: Replies, path: Path) -> Council:
    """The council without languages in which Fairway has nothing to say: offering one would
    be a promise that the first answer breaks. Raises BadFile when none is left."""
    spoken = {code: name for code, name in council.languages.items() if code in replies.languages}
    for code in council.languages:
        if code not in spoken:
            log.warning(
                "%s: the language %r is not offered, for there is no catalogue bot/replies/%s.po. "
                "Add the catalogue or take the language out.",
                path,
                code,
                code,
            )
    if not spoken:
        known = ", ".join(replies.languages)
        raise BadFile(path, None, "no language in it has a catalogue", f"Use one of: {known}.")
    return replace(council, languages=spoken)
