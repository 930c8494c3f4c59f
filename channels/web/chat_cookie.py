"""The cookie that opens a citizen's conversation: its id and its secret."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from bot.conversation import IDLE_LIMIT, Conversation
from bot.errors import ConversationUnknown, TokenWrong
from channels.pages import CHAT, cookie_name, set_cookie
from channels.web.talk import Started, Talk


class ChatCookie:
    """Reads and sets it. ``secure`` is whether citizens come over https."""

    def __init__(self, secure: bool, talk: Talk) -> None:
        self._secure, self._talk = secure, talk
        self._framed = bool(talk.parts.settings.embed_origins)
        self._name = cookie_name(CHAT, secure)

    def open(self, request: Request) -> Conversation | None:
        """The conversation of this browser, or None when it has none that still opens."""
        conversation_id, _, token = request.cookies.get(self._name, "").partition(".")
        if not token:
            return None
        try:
            return self._talk.open(conversation_id, token)
        except (ConversationUnknown, TokenWrong):
            return None

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

    def keep(self, request: Request, response: Response) -> Response:
        """``response``, with the cookie if the request started a conversation."""
        if getattr(request.state, "new_chat", False):
            seconds = int(IDLE_LIMIT.total_seconds())
            value = request.cookies[self._name]
            self._set(response, value, seconds)
        return response

    def take_away(self, response: Response) -> Response:
        """``response``, which also makes the browser forget the conversation."""
        self._set(response, "", 0)
        return response

    def _set(self, response: Response, value: str, seconds: int) -> None:
        set_cookie(response, CHAT, value, secure=self._secure, seconds=seconds, framed=self._framed)
