"""The cookie that opens a citizen's conversation: its id and its secret."""

from __future__ import annotations

import hmac
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from bot.conversation import IDLE_LIMIT, Conversation
from bot.errors import ConversationUnknown, TokenWrong
from channels.pages import CHAT, NEEDS, cookie_name, set_cookie
from channels.web.talk import Started, Talk

A_YEAR = 365 * 24 * 3600


class ChatCookie:
    """Reads and sets it. ``secure`` is whether citizens come over https."""

    def __init__(self, secure: bool, talk: Talk) -> None:
        self._secure, self._talk = secure, talk
        self._framed = bool(talk.parts.settings.embed_origins)
        self._name = cookie_name(CHAT, secure)
        self._needs = cookie_name(NEEDS, secure)

    def open(self, request: Request) -> Conversation | None:
        """The conversation of this browser, or None when it has none that still opens."""
        found = self._open(request.cookies.get(self._name, ""))
        return found[0] if found else None

    def last(self, request: Request) -> Conversation | None:
        """The conversation whose needs the citizen asked us to keep for their next one."""
        conversation_id, _, sign = request.cookies.get(self._needs, "").partition(".")
        if not hmac.compare_digest(sign.encode(), self._sign(conversation_id).encode()):
            return None
        with self._talk.parts.turn.store.begin() as work:
            return work.conversations.get(conversation_id)

    def _sign(self, conversation_id: str) -> str:
        """What shows that we said of this conversation that its needs may be known: it opens
        nothing, for whoever uses a shared computer next must not read the last one's chat."""
        secret = self._talk.parts.settings.secrets.session_secret.encode()
        return hmac.digest(secret, f"needs {conversation_id}".encode(), "sha256").hex()

    def _open(self, cookie: str) -> tuple[Conversation, timedelta] | None:
        """The conversation and how much longer the browser keeps it; at most a day too long."""
        conversation_id, _, token = cookie.partition(".")
        if not token:
            return None
        try:
            held, left = self._talk.open_with_time(conversation_id, token)
        except (ConversationUnknown, TokenWrong):
            return None
        # The browser may hold the cookie for longer, from when a case was open: whoever uses a
        # shared computer next must not read it. Who comes a day too late is told so.
        late = timedelta(0) if held.closed_at else IDLE_LIMIT
        return (held, left) if left + late > timedelta(0) else None

    def need(self, request: Request) -> Conversation:
        """The same. Raises ConversationUnknown when there is none."""
        conversation = self.open(request)
        if conversation is None:
            raise ConversationUnknown
        return conversation

    def adopt(self, request: Request, started: Started) -> None:
        """From now on the request counts as that conversation's: forms drawn in the answer
        carry its token, and ``keep`` hands the cookie to the browser."""
        request.cookies[self._name] = f"{started.conversation.id}.{started.token}"
        request.state.new_chat = True
        request.state.keep_needs = started.conversation.circumstances.remember

    def keep(self, request: Request, response: Response) -> Response:
        """``response``, with the cookie for as long as its conversation can be gone on with: anew
        with each answer, for a person may come in two days."""
        value = request.cookies.get(self._name, "")
        found = self._open(value)
        left = found[1] if found else timedelta(0)
        if left > timedelta(0):
            self._set(response, CHAT, value, int(left.total_seconds()))
        if getattr(request.state, "new_chat", False) and request.state.keep_needs:
            self._set(response, NEEDS, self._kept(value), A_YEAR)
        return response

    def keep_needs(self, request: Request, response: Response, *, known: bool) -> Response:
        """``response``, after which this browser's next chat does or does not know what the
        citizen needs."""
        value = self._kept(request.cookies.get(self._name, "")) if known else ""
        self._set(response, NEEDS, value, A_YEAR if known else 0)
        return response

    def _kept(self, chat: str) -> str:
        conversation_id = chat.partition(".")[0]
        return f"{conversation_id}.{self._sign(conversation_id)}"

    def take_away(self, response: Response) -> Response:
        """``response``, which also makes the browser forget the conversation."""
        self._set(response, CHAT, "", 0)
        return response

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        set_cookie(response, name, value, secure=self._secure, seconds=seconds, framed=self._framed)
