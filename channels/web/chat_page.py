"""How a conversation looks: as a page, and as JSON for the page's script."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bot.conversation import Conversation
from bot.council import LONDON
from bot.errors import BadInput
from bot.message import Medium, Message, Sender
from channels.pages import Pages, error_answer, wants_json
from channels.pages.errors import error_words, headers_of, status_of
from channels.parts import Parts
from channels.photos import PhotoStore
from channels.web.as_json import message_json
from channels.web.feedback import feedback_of
from channels.web.talk import Said, Talk
from channels.web.transcript import transcript
from channels.web.waiting import waiting_words

_LINK = re.compile(r"(https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]])")


class ChatPage:
    """Draws the chat page for one browser."""

    def __init__(self, parts: Parts, pages: Pages, talk: Talk) -> None:
        self._parts, self._pages, self._talk = parts, pages, talk

    def show(
        self,
        request: Request,
        conversation: Conversation | None,
        draft: str = "",
        error: BadInput | None = None,
    ) -> Response:
        """The whole page. ``draft`` stays in the box; ``error`` says why it was not taken."""
        view = self._talk.view(conversation) if conversation else None
        if conversation and view and any(m.sender is Sender.AGENT for m in view.messages):
            self._talk.seen(conversation.id, view.messages[-1].id)
        language = conversation.language if conversation else self._pages.language(request)
        messages = self.shown(view.messages if view else [self._greeting(language)], language)
        return self._pages.render(
            request,
            "chat.html",
            status=status_of(error) if error else 200,
            lang=language,
            view=view,
            messages=messages,
            latest=_latest(messages),
            offered_from=_offered_from(messages),
            person_has_it=bool(view and view.handoff),
            waiting=waiting_words(self._parts, conversation, view.handoff)
            if conversation and view
            else "",
            feedback=feedback_of(self._parts, conversation.id)
            if conversation and view and view.is_over
            else None,
            can_mail=bool(self._parts.settings.smtp_url and self._parts.settings.mail_from),
            mailed="mailed" in request.query_params,
            person_words=self._parts.turn.replies.say("button_person", language, "web"),
            draft=draft,
            error=error_words(self._pages, language, error.code, str(error)) if error else None,
            client_id=secrets.token_hex(8),
            split_links=split_links,
        )

    def refuse(
        self, request: Request, conversation: Conversation | None, error: BadInput, draft: str
    ) -> Response:
        """The page again with what was wrong; nothing the citizen wrote is lost."""
        if wants_json(request):
            return error_answer(
                request, self._pages, status_of(error), error.code, str(error), headers_of(error)
            )
        page = self.show(request, conversation, draft, error)
        page.headers.update(headers_of(error))
        return page

    def delayed(self, request: Request, conversation: Conversation | None) -> Response:
        """The page as it stands; it says that the answer is late."""
        if wants_json(request):
            return error_answer(request, self._pages, 503)
        return self.show(request, conversation)

    def as_json(
        self,
        request: Request,
        conversation: Conversation,
        said: Said,
        draft: str,
        is_new: bool,
        after: str,
    ) -> dict[str, Any]:
        """What the script needs to show an answer and to send the next message: everything since
        the message ``after``, for an agent may have written while the stream was down."""
        view = self._talk.view(conversation)
        messages = view.messages if is_new else [said.message, *said.replies]
        if after:
            messages = self._talk.news(conversation.id, after).new
        return {
            "messages": self.shown(messages, conversation.language),
            "started": is_new,
            "keep_draft": bool(draft),
            "exit": view.was_in_danger,
            "wait": waiting_words(self._parts, conversation, view.handoff),
            "csrf": self._pages.csrf_token(request),
            "client_id": secrets.token_hex(8),
        }

    def shown(self, messages: Iterable[Message], language: str) -> list[dict[str, Any]]:
        """Messages as JSON, with who said it and when in the citizen's words."""
        messages = list(messages)
        photos = self._photos_of(messages)
        return [
            message_json(m)
            | {
                **self._photo(photos.get(m.id), language),
                "who": self._parts.words.say(f"from_{m.sender.value}", language, "web"),
                "time": m.at.astimezone(LONDON).strftime("%H:%M"),
            }
            for m in messages
        ]

    def copy(self, request: Request, conversation: Conversation) -> tuple[str, str]:
        """Title and text of the copy that a citizen may keep."""
        title = self._pages.say(
            "chat_transcript_title", conversation.language, council=self._parts.council.name
        )
        messages = self._talk.messages(conversation.id)
        return title, transcript(title, self.shown(messages, conversation.language))

    def _photo(self, address: str | None, language: str) -> dict[str, Any]:
        if address is None:
            return {}
        alt = self._parts.words.say("photo_alt", language, "web")
        return {"photo": address, "photo_alt": alt}

    def _photos_of(self, messages: list[Message]) -> dict[str, str]:
        """Message id → address of its photo."""
        if not any(m.sender is Sender.CITIZEN for m in messages):
            return {}
        found = PhotoStore(self._parts.engine).of(messages[0].conversation_id)
        return {message: f"/chat/photos/{photo}.jpg" for message, photo in found.items()}

    def chosen_language(self, request: Request) -> str | None:
        """The page's language if it is a choice, None while it is only the usual one: then
        the assistant may still hear another one."""
        language = self._pages.language_before_chat(request)
        usual = next(iter(self._parts.council.languages))
        return language if language != usual or self._pages.has_chosen(request) else None

    def _greeting(self, language: str) -> Message:
        """What a new conversation will open with."""
        text = self._parts.turn.replies.say(
            "greeting", language, Medium.WEB.value, council=self._parts.council.name
        )
        now = self._parts.turn.clock.now()
        return Message("greeting", "", Sender.ASSISTANT, text, language, now)


def split_links(text: str) -> list[tuple[str, bool]]:
    """``text`` in pieces, each with whether it is a web address that is what it looks like."""
    return [(p, i % 2 == 1 and is_honest(p)) for i, p in enumerate(_LINK.split(text)) if p]


def is_honest(address: str) -> bool:
    """Whether an address can be trusted to go where it seems to: no letters of another
    alphabet that look like Latin ones, and no name before an ``@`` that hides the real site."""
    return address.isascii() and "@" not in address


def _latest(messages: list[dict[str, Any]]) -> str:
    """The id of the first message after the citizen's last one, else of the last of all."""
    last = _last_of_citizen(messages)
    return str(messages[min(last + 1, len(messages) - 1)]["id"])


def _offered_from(messages: list[dict[str, Any]]) -> int:
    """The place from which choices are still on offer: after the citizen's last message."""
    return _last_of_citizen(messages) + 1


def _last_of_citizen(messages: list[dict[str, Any]]) -> int:
    places = [i for i, message in enumerate(messages) if message["from"] == "citizen"]
    return places[-1] if places else -1
