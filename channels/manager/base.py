"""What every page of the service manager works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Form, Request
from starlette.responses import Response

from bot.files.cards import load_cards, with_own
from bot.service_card import ServiceCard
from bot.staff import LogEntry, Staff
from bot.stores.staff_sql import SqlStaffStore
from channels.auth import require
from channels.desk.frame import MANAGES, staff_page
from channels.manager.tools import ManagerTools
from channels.pages import Pages
from channels.parts import Parts
from channels.settings import OWN_CARDS, ROOT

Manager = Annotated[Staff, Depends(require(*MANAGES))]
Text = Annotated[str, Form()]
SERVICES = ROOT / "bot" / "services"
PLACES = (
    ("/manager", "Not understood"),
    ("/manager/models", "Models"),
    ("/manager/policy", "Routing policy"),
    ("/manager/gaps", "Gaps"),
    ("/manager/services", "Services"),
)


@dataclass(frozen=True)
class Bench:
    """The parts of the product, and how a page is drawn and a change is noted."""

    parts: Parts
    pages: Pages
    tools: ManagerTools

    @property
    def home(self) -> Path:
        """HOME, under which everything changed here is kept."""
        return self.parts.settings.home

    def now(self) -> datetime:
        """The time now, UTC."""
        return self.parts.turn.clock.now()

    def page(
        self, request: Request, template: str, who: Staff, status: int = 200, **context: Any
    ) -> Response:
        """A page with the links between the service manager's pages."""
        return staff_page(
            self.pages,
            request,
            template,
            who,
            status,
            places=PLACES,
            all_languages=self.parts.council.languages,
            **{"problem": "", **context},
        )

    def note(self, who: Staff, action: str, subject: str, **detail: Any) -> None:
        """A line in the sealed staff log."""
        with SqlStaffStore(self.parts.engine).begin() as work:
            entry = LogEntry(self.now(), who.username, action, subject[:80], detail)
            work.staff_log.write(entry)
            work.commit()

    def cards(self) -> Mapping[str, ServiceCard]:
        """Every service card as it stands now, those changed here among them."""
        return with_own(shipped_cards(), self.home / OWN_CARDS)


@cache
def shipped_cards() -> Mapping[str, ServiceCard]:
    """The cards that came with Fairway."""
    return load_cards(SERVICES)
