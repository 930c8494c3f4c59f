"""Conversations that stay beyond their time: a complaint, the Ombudsman, a court."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from bot.desk_parts import find_case
from bot.errors import BadInput, HandoffUnknown
from bot.staff import LogEntry, Staff
from channels.auth import require
from channels.desk import words
from channels.desk.frame import LEADS, staff_page
from channels.pages import Pages
from channels.parts import Parts
from channels.privacy.retention import Hold, hold, holds, release

if TYPE_CHECKING:
    from channels.desk.routes import Desk

Lead = Annotated[Staff, Depends(require(*LEADS))]
Text = Annotated[str, Form()]
LONGEST = 500


class HoldUnclear(BadInput):
    """Give the reference of a case and say why it has to stay."""


class HoldPages:
    """The routes, as plain functions in the thread pool."""

    def __init__(self, parts: Parts, pages: Pages, desk: Desk) -> None:
        self._pages, self._engine, self._parts = pages, parts.engine, desk.parts

    def all(self, request: Request, who: Lead) -> Response:
        """What is held, by whom and why."""
        return self._page(request, who)

    def put(self, request: Request, who: Lead, case: Text = "", reason: Text = "") -> Response:
        """Hold the conversation of a case until it is released."""
        why = reason.strip()[:LONGEST]
        try:
            if not case.strip() or not why:
                raise HoldUnclear
            with self._parts.store.begin() as work:
                handoff, conversation = find_case(work, who, case.strip())
            self._log(who, "conversation_held", handoff.id)
            hold(self._engine, Hold(conversation.id, self._now(), who.username, why))
        except (BadInput, HandoffUnknown) as error:
            return self._page(request, who, 422, str(error), case, reason)
        return RedirectResponse("/desk/holds", 303)

    def release(self, who: Lead, conversation: Text = "") -> Response:
        """Leave it to the retention schedule again."""
        self._log(who, "hold_released", conversation[:80])
        release(self._engine, conversation)
        return RedirectResponse("/desk/holds", 303)

    def _page(
        self,
        request: Request,
        who: Staff,
        status: int = 200,
        problem: str = "",
        case: str = "",
        reason: str = "",
    ) -> Response:
        held = holds(self._engine)
        with self._parts.store.begin() as work:
            cases = {one.conversation_id: work.handoffs.of(one.conversation_id) for one in held}
            names = {staff.username: staff.name for staff in work.staff.all()}
        return staff_page(
            self._pages,
            request,
            "desk_holds.html",
            who,
            status,
            held=held,
            cases=cases,
            names=names,
            problem=problem,
            case=case,
            reason=reason,
            longest=LONGEST,
            at=lambda moment: words.clock_time(moment, self._now()),
        )

    def _log(self, who: Staff, action: str, subject: str) -> None:
        """Before it is done: what is done is never missing in the log."""
        with self._parts.store.begin() as work:
            work.staff_log.write(LogEntry(self._now(), who.username, action, subject))
            work.commit()

    def _now(self) -> datetime:
        return self._parts.turn.clock.now()
