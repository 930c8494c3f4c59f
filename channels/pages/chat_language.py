"""The language of the conversation that a browser has open, for what is drawn outside its chat."""

from __future__ import annotations

import logging
import time

import sqlalchemy as sa
from starlette.requests import Request

from bot.message import Medium
from bot.stores import schema as t
from channels.chat_tokens import hash_token
from channels.pages.cookies import CHAT, cookie_name
from channels.parts import Parts

log = logging.getLogger(__name__)

AWAY = 10.0
"""Seconds in which a database that did not answer is not asked again: pages do without."""


class ChatLanguage:
    """Reads it once a request, and only for a browser that has the chat's cookie."""

    def __init__(self, parts: Parts) -> None:
        self._engine, self._again_at = parts.engine, 0.0
        self._name = cookie_name(CHAT, parts.settings.secure)

    def of(self, request: Request) -> str:
        """The language, or "" without a conversation or while the database is away: a page is
        drawn all the same, and above all one that tells of an error."""
        cookie = request.cookies.get(self._name, "")
        held: tuple[str, str] | None = getattr(request.state, "chat_language", None)
        if held is None or held[0] != cookie:  # a request can start a conversation
            held = request.state.chat_language = (cookie, self._read(cookie))
        return held[1]

    def do_without(self, request: Request) -> None:
        """Read nothing more for this request: the database is known to be away, or too busy."""
        cookie = request.cookies.get(self._name, "")
        if getattr(request.state, "chat_language", ("",))[0] != cookie:
            request.state.chat_language = (cookie, "")

    def _read(self, cookie: str) -> str:
        conversation_id, _, token = cookie.partition(".")
        if not token or time.monotonic() < self._again_at:
            return ""
        try:
            return self._held(conversation_id, token)
        except sa.exc.SQLAlchemyError as error:
            self._again_at = time.monotonic() + AWAY
            log.error("the language of a chat: %s", type(error).__name__)
            return ""

    def _held(self, conversation_id: str, token: str) -> str:
        # The secret too: whoever has the id alone learns nothing of a conversation.
        opens = t.conversations.c.token_hash == hash_token(token)
        its = (t.conversations.c.id == conversation_id) & opens
        on_the_web = t.conversations.c.medium == Medium.WEB.value
        query = sa.select(t.conversations.c.language).where(its, on_the_web)
        with self._engine.connect() as db:
            return db.execute(query).scalar() or ""
