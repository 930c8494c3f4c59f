"""What agents do in Chatwoot reaches the citizen: webhooks of the API channel and the agent bot."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from bot.desk_notes import add_note
from bot.desk_once import Asked, do_once
from bot.desk_work import DeskParts, answer_citizen, claim_case, close_case, give_back_case
from bot.errors import BadInput, HandoffError
from bot.handoff import OUTCOME_CODES, Handoff, HandoffStatus
from bot.ports import Clock
from bot.staff import Staff
from channels.chatwoot.bridge import agent_of, chatwoot_of
from channels.chatwoot.client import Chatwoot, ChatwootAway
from channels.chatwoot.rows import Row, Rows
from channels.desk.wiring import desk_parts
from channels.pages import NotAllowed
from channels.parts import Parts

log = logging.getLogger(__name__)
PATH = "/chatwoot/webhook"
SKEW = 300
"""Seconds by which a webhook's time may be off."""
CALLER = "chatwoot"
"""Under this name it is kept which webhooks were taken: channel and bot are sent the same ones."""
ATTRIBUTE = "fairway_outcome"
NOT_SENT = "Not sent to the citizen: {why}"
NOT_DONE = {
    "resolved": "Not closed: {why} The case is still open in Fairway.",
    "pending": "Not given back to the assistant: {why} The case is still open in Fairway.",
}


@dataclass(frozen=True)
class Inbound:
    """Carries out what a webhook says."""

    desk: DeskParts
    rows: Rows
    chatwoot: Chatwoot
    username: str

    def take(self, told: Mapping[str, Any]) -> None:
        """One webhook. What is not about a case of ours, or was taken before, changes nothing."""
        event = str(told.get("event"))
        if event == "message_created":
            self._message(told)
        elif event in ("conversation_status_changed", "conversation_resolved"):
            row = self._row(told.get("id"))
            status = str(told.get("status"))
            if row is None or status not in NOT_DONE:
                return
            # The second of two webhooks must not find the case half done by the first.
            with self.desk.turn.locks.hold(f"chatwoot {row.chatwoot_id}"):
                self._status(row, status, outcome_of(told))

    def _message(self, told: Mapping[str, Any]) -> None:
        by_agent = _part(told, "sender").get("type") == "user"
        row = self._row(_part(told, "conversation").get("id"))
        if row is None or told.get("message_type") != "outgoing" or not by_agent:
            return
        key = f"message {told.get('id')}"
        asked = Asked(CALLER, key, key)
        # Channel and bot are told of the same message at the same moment.
        with self.desk.turn.locks.hold(f"chatwoot {row.chatwoot_id}"):
            try:
                do_once(self.desk, asked, lambda at: self._say(at, row, told), lambda _: {})
            except (BadInput, HandoffError) as error:
                why = str(error)
                do_once(self.desk, asked, lambda _: self._answer(row, why), lambda _: {})

    def _say(self, at: DeskParts, row: Row, told: Mapping[str, Any]) -> None:
        who, text = self._who(), str(told.get("content") or "")
        if told.get("private"):
            add_note(at, who, row.handoff_id, text)
            return
        self._claimed(who, row)
        form = f"chatwoot-{told.get('id')}"
        answer_citizen(at, who, row.handoff_id, text, form_id=form)
        if told.get("attachments"):
            self._answer(row, "files are not passed on. Send a link instead.")

    def _status(self, row: Row, status: str, outcome: str) -> None:
        """Resolved closes the case with its outcome; pending gives it back to the assistant."""
        handoff = self._handoff(row)
        if handoff is None or not handoff.is_open:
            return
        who = self._who()
        try:
            self._claimed(who, row)
            if status == "resolved":
                close_case(self.desk, who, row.handoff_id, outcome)
            else:
                give_back_case(self.desk, who, row.handoff_id)
        except HandoffError as error:
            self._still_open(row, status, str(error))

    def _still_open(self, row: Row, status: str, why: str) -> None:
        """Over there it looks done: where it is not, the agent is told, and sees it open again.
        Once a minute, for channel and bot are both told of one status."""
        handoff = self._handoff(row)
        if handoff is None or not handoff.is_open:
            return  # somebody was quicker at our desk: the bridge will say so
        minute = int(self.desk.turn.clock.now().timestamp()) // 60
        key = f"{status} {row.chatwoot_id} {minute}"
        note = NOT_DONE[status].format(why=why)
        do_once(self.desk, Asked(CALLER, key, key), lambda _: self._reopen(row, note), lambda _: {})

    def _reopen(self, row: Row, note: str) -> None:
        self._note(row, note)
        try:
            self.chatwoot.set_status(row.chatwoot_id, "open")
        except ChatwootAway as error:
            log.warning("conversation %s is not open again: %s", row.chatwoot_id, error)

    def _claimed(self, who: Staff, row: Row) -> None:
        handoff = self._handoff(row)
        if handoff and handoff.status is HandoffStatus.WAITING:
            claim_case(self.desk, who, row.handoff_id, shared_account=True)

    def _answer(self, row: Row, why: str) -> None:
        self._note(row, NOT_SENT.format(why=why))

    def _note(self, row: Row, text: str) -> None:
        try:
            self.chatwoot.bot_says(row.chatwoot_id, text, private=True)
        except ChatwootAway as error:
            log.warning("conversation %s lacks a note: %s", row.chatwoot_id, error)

    def _row(self, number: object) -> Row | None:
        return self.rows.named(number) if isinstance(number, int) else None

    def _handoff(self, row: Row) -> Handoff | None:
        with self.desk.store.begin() as work:
            return work.handoffs.get(row.handoff_id)

    def _who(self) -> Staff:
        who = agent_of(self.desk, self.username)
        if who is None:
            raise NotAllowed
        return who


def outcome_of(told: Mapping[str, Any]) -> str:
    """What became of a conversation that is resolved: its custom attribute ``fairway_outcome``,
    else its first label that is one of our outcome codes, else resolved."""
    labels = told.get("labels")
    said = [_part(told, "custom_attributes").get(ATTRIBUTE)]
    said += labels if isinstance(labels, list) else []
    codes = (str(one).strip().casefold().replace("-", "_") for one in said if one)
    return next((code for code in codes if code in OUTCOME_CODES), "resolved")


def make_chatwoot_router(parts: Parts) -> APIRouter:
    """The webhook, ready to be included in the app."""
    router = APIRouter(include_in_schema=False)
    inbound = Inbound(
        desk_parts(parts),
        Rows(parts.engine),
        chatwoot_of(parts),
        parts.settings.chatwoot_user,
    )

    @router.post(PATH)
    async def take(request: Request) -> Response:
        body = await request.body()
        check_signature(body, request.headers, parts.settings.chatwoot_secret, parts.turn.clock)
        try:
            told = json.loads(body)
        except ValueError as error:
            raise NotAllowed from error
        if isinstance(told, dict):
            await run_in_threadpool(inbound.take, told)
        return JSONResponse({})

    return router


def check_signature(body: bytes, headers: Mapping[str, str], secret: str, clock: Clock) -> None:
    """``X-Chatwoot-Signature`` is ``sha256=`` and HMAC-SHA256 of ``TIMESTAMP.BODY`` in hex, with
    the webhook's secret. Raises NotAllowed."""
    at = headers.get("x-chatwoot-timestamp", "")
    told = f"{at}.".encode() + body
    wanted = "sha256=" + hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()
    given = headers.get("x-chatwoot-signature", "")
    fresh = at.isdecimal() and len(at) < 12 and abs(clock.now().timestamp() - int(at)) <= SKEW
    if not secret or not fresh or not hmac.compare_digest(given.encode(), wanted.encode()):
        raise NotAllowed


def _part(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    held = told.get(name)
    return held if isinstance(held, Mapping) else {}
