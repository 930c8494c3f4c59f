"""A Chatwoot on a real port, as far as its published API goes: it refuses what the real one refuses
(an unknown inbox, contact or conversation, a wrong token, an empty message), and sends webhooks
signed as the real one signs them, to the API channel's address and to the agent bot's."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import threading
import time
from dataclasses import dataclass, field

import httpx
from fastapi import FastAPI, HTTPException, Request, Response

INBOX, ACCOUNT, TOKEN, SECRET = "wXyZ1234", "7", "bot-token", "whsec-chatwoot"
ADMIN_TOKEN = "admin-token"
STATUSES = {"open", "resolved", "pending", "snoozed"}


@dataclass
class ForeignChatwoot:
    """``messages``: conversation → (type, private, text) in order. ``photos``:
    conversation → (text, file); ``numbers``: contact's number → source id; ``away``: 503."""

    hook: str = ""
    away: bool = False
    contacts: set[str] = field(default_factory=set)
    owners: dict[int, str] = field(default_factory=dict)
    statuses: dict[int, str] = field(default_factory=dict)
    messages: dict[int, list[tuple[str, bool, str]]] = field(default_factory=dict)
    photos: dict[int, list[tuple[str, bytes]]] = field(default_factory=dict)
    numbers: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._ids, self._numbers = itertools.count(1000), itertools.count(1)
        self._lock = threading.Lock()
        self.app = self._make_app()

    def said(self, number: int, *, private: bool = False) -> list[str]:
        """What stands in a conversation, as ``type: text``."""
        held = self.messages[number]
        return [f"{kind}: {text}" for kind, hidden, text in held if hidden is private]

    def agent_says(self, number: int, text: str, *, private=False, times=2, **more) -> None:
        """An agent writes in Chatwoot; channel and bot are both told."""
        self.messages[number].append(("outgoing", private, text))
        told = {
            "event": "message_created", "id": next(self._ids), "content": text,
            "message_type": "outgoing", "private": private, "content_type": "text",
            "sender": {"id": 1, "name": "Agent", "type": "user"},
            "conversation": self._conversation(number), "account": {"id": int(ACCOUNT)}, **more,
        }  # fmt: skip
        for _ in range(times):
            assert self.send(told).status_code == 200

    def agent_sets(self, number: int, status: str, **more) -> None:
        """An agent resolves a conversation, or gives it back to the bot. ``more``: its labels and
        custom attributes."""
        self.statuses[number] = status
        about = {"labels": [], "custom_attributes": {}, **self._conversation(number), **more}
        told = {"event": "conversation_status_changed", **about}
        assert self.send(told).status_code == 200

    def send(self, told, *, secret=SECRET, at=None, **headers) -> httpx.Response:
        """One webhook."""
        body = json.dumps(told).encode()
        stamp = str(int(time.time()) if at is None else at)
        seal = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        signed = {"X-Chatwoot-Signature": f"sha256={seal}", "X-Chatwoot-Timestamp": stamp,
                  "Content-Type": "application/json", **headers}  # fmt: skip
        return httpx.post(self.hook, content=body, headers=signed, trust_env=False, timeout=60)

    def _conversation(self, number: int) -> dict:
        return {"id": number, "status": self.statuses[number], "channel": "Channel::Api",
                "contact_inbox": {"source_id": self.owners[number]}}  # fmt: skip

    def _make_app(self) -> FastAPI:
        app = FastAPI()
        public, ours = "/public/api/v1/inboxes/{inbox}", "/api/v1/accounts/{account}"

        def known(inbox: str, source: str = "", number: int | None = None) -> None:
            if self.away:
                raise HTTPException(503)
            right = number is None or self.owners.get(number) == source
            if inbox != INBOX or (source and source not in self.contacts) or not right:
                raise HTTPException(404)

        def authorised(account: str, number: int, token: str) -> None:
            if self.away:
                raise HTTPException(503)
            if token != TOKEN or account != ACCOUNT:
                raise HTTPException(401)
            if number not in self.owners:
                raise HTTPException(404)

        def administers(account: str, request: Request) -> None:
            if self.away:
                raise HTTPException(503)
            if request.headers.get("api_access_token") != ADMIN_TOKEN or account != ACCOUNT:
                raise HTTPException(401)  # bots may not

        @app.post(public + "/contacts")
        async def contact(inbox: str, request: Request):
            known(inbox)
            source = (await request.json())["source_id"]
            self.contacts.add(source)
            with self._lock:
                contact_id = next(self._ids)
                self.numbers[contact_id] = source
            return {"source_id": source, "pubsub_token": "p", "id": contact_id, "name": "Citizen"}

        @app.post(public + "/contacts/{source}/conversations")
        async def conversation(inbox: str, source: str):
            known(inbox, source)
            with self._lock:
                number = next(self._numbers)
                self.owners[number], self.messages[number] = source, []
                self.statuses[number] = "pending"  # as in an inbox that has an agent bot
            return {"id": number, "inbox_id": 1, "messages": [], "contact": {"id": 1}}

        @app.post(public + "/contacts/{source}/conversations/{number}/messages")
        async def from_citizen(inbox: str, source: str, number: int, request: Request):
            known(inbox, source, number)
            if "json" in request.headers["content-type"]:
                return self._keep(number, "incoming", await request.json())
            async with request.form() as form:
                text, file = str(form["content"]), await form["attachments[]"].read()
            self.photos.setdefault(number, []).append((text, file))
            return self._keep(number, "incoming", {"content": text})

        @app.post(ours + "/conversations/{number}/messages")
        async def from_bot(account: str, number: int, request: Request):
            authorised(account, number, request.headers.get("api_access_token", ""))
            body = await request.json()
            assert body["message_type"] in ("outgoing", "incoming")
            return self._keep(number, body["message_type"], body)

        @app.post(ours + "/conversations/{number}/toggle_status")
        async def toggle(account: str, number: int, request: Request):
            authorised(account, number, request.headers.get("api_access_token", ""))
            status = (await request.json())["status"]
            if status not in STATUSES:
                raise HTTPException(422)
            self.statuses[number] = status
            return {"payload": {"success": True, "current_status": status}}

        @app.delete(ours + "/conversations/{number}")
        async def erase(account: str, number: int, request: Request):
            administers(account, request)
            if self.owners.pop(number, None) is None:
                raise HTTPException(404)
            del self.messages[number], self.statuses[number]
            return Response()

        @app.delete(ours + "/contacts/{number}")
        async def erase_contact(account: str, number: int, request: Request):
            administers(account, request)
            if number not in self.numbers:
                raise HTTPException(404)
            self.contacts.discard(self.numbers.pop(number))
            return Response()

        return app

    def _keep(self, number: int, kind: str, body: dict) -> dict:
        if not str(body.get("content") or "").strip():
            raise HTTPException(422)
        self.messages[number].append((kind, bool(body.get("private")), body["content"]))
        return {"id": next(self._ids), "content": body["content"], "message_type": kind}
