"""The routing policy: the live one, a new one tried on last month, earlier ones brought back."""

from __future__ import annotations

from datetime import timedelta

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from bot.errors import BadFile, FairwayError
from bot.policy_try import replay
from bot.routing import RoutingPolicy
from bot.staff import Staff
from channels.manager.base import Bench, Manager, Text
from channels.manager.model_pages import ReasonMissing
from channels.manager.policy_trial import Trial, trial_of
from channels.own_files import diff_of
from channels.policy_shelf import live_policy, put_own, read_text, versions
from channels.settings import ROOT
from channels.turn_rows import records_since

SHIPPED = ROOT / "bot" / "routing_policy.yml"
DAYS = timedelta(days=31)
FEWEST = 10
"""A number below this is not shown: somebody might be known by it."""


class PolicyPages:
    """The routes."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def show(self, request: Request, who: Manager, done: str = "") -> Response:
        """The live policy and earlier ones."""
        return self._page(request, who, done=done)

    async def read_file(self, request: Request, who: Manager) -> Response:
        """A policy from a file of theirs, put in the box to be tried."""
        form = await request.form()
        held = form.get("file")
        raw = await held.read(200_000) if isinstance(held, UploadFile) else b""
        await form.close()
        text = unix_lines(raw.decode("utf-8", "replace"))
        return await run_in_threadpool(self._page, request, who, text=text)

    def try_(self, request: Request, who: Manager, text: Text = "") -> Response:
        """Check it, and say whose conversations would have gone differently. Nothing changes."""
        text = unix_lines(text)
        try:
            policy = read_text(self._bench.home, text)
        except BadFile as error:
            return self._page(request, who, 422, text, sentence_of(error))
        return self._page(request, who, text=text, tried=policy)

    def activate(
        self, request: Request, who: Manager, text: Text = "", reason: Text = ""
    ) -> Response:
        """Let it in if the audit says so, or with a reason if not."""
        text, reason = unix_lines(text), reason.strip()[:500]
        try:
            policy = read_text(self._bench.home, text)
            reasons = self._reasons(policy)
            if reasons and not reason:
                return self._page(request, who, 422, text, str(ReasonMissing()), policy)
            overruled = reason if reasons else ""
            put_own(self._bench.home, SHIPPED, text, reasons, who.username, overruled)
        except FairwayError as error:
            told = sentence_of(error) if isinstance(error, BadFile) else str(error)
            return self._page(request, who, 422, text, told)
        self._bench.note(
            who, "policy_made_live", policy.version, reasons=reasons, overruled=overruled
        )
        return RedirectResponse("/manager/policy?done=live", 303)

    def _reasons(self, policy: RoutingPolicy) -> list[str]:
        live = self._live()
        return list(self._bench.tools.policy_reasons(live, policy)) if live != policy else []

    def _live(self) -> RoutingPolicy:
        """The one that was let in last; before the first start, the one in use."""
        held = live_policy(self._bench.home)
        return read_text(self._bench.home, held.text) if held else self._bench.parts.turn.policy

    def _page(
        self,
        request: Request,
        who: Staff,
        status: int = 200,
        text: str = "",
        problem: str = "",
        tried: RoutingPolicy | None = None,
        done: str = "",
    ) -> Response:
        held = versions(self._bench.home)
        live_text = next((one.text for one in held if one.live), SHIPPED.read_text("utf-8"))
        return self._bench.page(
            request,
            "manager_policy.html",
            who,
            status,
            live=self._live(),
            live_text=live_text,
            earlier=[one for one in held if not one.live],
            text=text or live_text,
            tried=tried,
            diff=diff_of("policy", live_text, text) if tried else (),
            found=self._replay(tried) if tried else None,
            reasons=self._reasons(tried) if tried else (),
            fewest=FEWEST,
            problem=problem,
            done=done,
        )

    def _replay(self, policy: RoutingPolicy) -> Trial:
        with self._bench.parts.engine.connect() as db:
            records = list(records_since(db, self._bench.now() - DAYS))
        found = replay(records, self._bench.cards(), self._live(), policy)
        return trial_of(found, self._bench.tools.published)


def unix_lines(text: str) -> str:
    """As a file has them: a form sends every line's end as two characters."""
    return text.replace("\r\n", "\n").rstrip("\n") + "\n"


def sentence_of(error: BadFile) -> str:
    where = f"Line {error.line}: " if error.line else ""
    return f"{where}{error.problem}. {error.remedy}"
