"""Service cards, changed in the browser with the same checks as a file; and, service by service,
whether an agent confirms the assistant's answers before they are sent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.errors import BadFile
from bot.files.cards import with_own
from bot.service_card import ServiceCard
from bot.staff import Staff
from bot.stores.switches import SqlSwitches
from bot.switches import APPROVAL, Off
from channels.card_words import meaning_of
from channels.manager.base import SERVICES, Bench, Manager, Text, shipped_cards
from channels.manager.policy_pages import sentence_of, unix_lines
from channels.own_files import alone_in, diff_of, text_of, write_whole
from channels.pages import wants_json
from channels.settings import OWN_CARDS


@dataclass(frozen=True)
class Shown:
    """One service in the list."""

    id: str
    name: str
    team: str
    changed: bool
    confirmed: bool


class CardPages:
    """The routes, as plain functions in the thread pool."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._own = bench.home / OWN_CARDS
        self._switches = SqlSwitches(bench.parts.engine)

    def show(self, request: Request, who: Manager, done: str = "") -> Response:
        """Every service."""
        confirmed = {off.name.removeprefix(APPROVAL) for off in self._switches.all_off()}
        cards = sorted(self._bench.cards().values(), key=lambda card: card.name("en"))
        shown = [
            Shown(c.id, c.name("en"), c.team, self._file(c.id).is_file(), c.id in confirmed)
            for c in cards
        ]
        return self._bench.page(request, "manager_services.html", who, services=shown, done=done)

    def edit(self, request: Request, who: Manager, service: str) -> Response:
        """A card as text, and what it means."""
        return self._page(request, who, service, self._text(service))

    def keep(
        self, request: Request, who: Manager, service: str, text: Text = "", act: Text = ""
    ) -> Response:
        """Show what it would mean (``act`` empty), keep it, or go back to the shipped card."""
        before = self._text(service)
        if act == "shipped":
            with alone_in(self._own):
                self._file(service).unlink(missing_ok=True)
            self._bench.note(who, "card_put_back", service)
            return RedirectResponse("/manager/services?done=card", 303)
        text = unix_lines(text)
        try:
            card = read_card(service, text)
        except BadFile as error:
            if wants_json(request):
                return JSONResponse({"problem": sentence_of(error), "says": []})
            return self._page(request, who, service, text, 422, sentence_of(error))
        if wants_json(request):
            return JSONResponse({"problem": "", "says": meaning_of(card)})
        if act != "keep":
            return self._page(request, who, service, text, card=card)
        with alone_in(self._own):
            write_whole(self._file(service), text)
        changed = [line for mark, line in diff_of(service, before, text) if mark in "+-"]
        self._bench.note(who, "card_changed", service, lines=changed[:50])
        return RedirectResponse("/manager/services?done=card", 303)

    def confirm(self, who: Manager, service: str, on: Text = "", reason: Text = "") -> Response:
        """From now on an agent confirms what the assistant says about this service, or no more."""
        self._text(service)
        name, now = f"{APPROVAL}{service}", self._bench.now()
        if on:
            self._switches.switch_off(Off(name, now, who.username, reason.strip()[:500]))
            self._bench.note(who, "approval_on", service, reason=reason.strip()[:500])
        elif self._switches.switch_on(name):
            self._bench.note(who, "approval_off", service)
        return RedirectResponse("/manager/services?done=approval", 303)

    def _page(
        self,
        request: Request,
        who: Staff,
        service: str,
        text: str,
        status: int = 200,
        problem: str = "",
        card: ServiceCard | None = None,
    ) -> Response:
        before = self._text(service)
        return self._bench.page(
            request,
            "manager_card.html",
            who,
            status,
            service=service,
            title=self._bench.cards()[service].name("en"),
            text=text,
            says=[] if problem else meaning_of(card or self._bench.cards()[service]),
            looked=card is not None,
            diff=diff_of(service, before, text) if card else (),
            own=self._file(service).is_file(),
            problem=problem,
        )

    def _text(self, service: str) -> str:
        if service not in shipped_cards():
            raise HTTPException(404)
        return text_of(self._file(service)) or text_of(SERVICES / f"{service}.yml")

    def _file(self, service: str) -> Path:
        return self._own / f"{service}.yml"


def read_card(service: str, text: str) -> ServiceCard:
    """The card in ``text``, with the checks that every card has to pass. Raises BadFile."""
    with TemporaryDirectory() as folder:
        (Path(folder) / f"{service}.yml").write_text(text, "utf-8")
        return with_own(shipped_cards(), Path(folder))[service]
