"""The chat page. Every step is a form that works without JavaScript; the script only saves
reloading. A cookie opens the conversation; it is set once the citizen starts one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Header, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from bot.conversation import Conversation
from bot.errors import BadInput
from bot.message import Message, clean_text
from channels.mail import MailServer, MailUnusable
from channels.pages import Pages, check_csrf, check_origin, wants_json
from channels.pages.csrf import FormStale, check_form
from channels.parts import Parts
from channels.typing_signs import from_citizen
from channels.web.api import address_of
from channels.web.chat_cookie import ChatCookie
from channels.web.chat_page import ChatPage
from channels.web.events import Streams
from channels.web.talk import AnswerDelayed, Talk, worth_keeping
from channels.web.waiting import waiting_words

COPIES = 2
"""Copies a minute by email for one conversation: this is no way to write to strangers."""
TYPING_SIGNS = 30
"""Signs a minute that somebody is writing."""


async def is_stale(request: Request) -> AsyncIterator[bool]:
    """Whether the form is from a page that is out of date. Raises ForeignOrigin."""
    try:
        yield await _is_stale(request)
    finally:
        await request.close()


async def _is_stale(request: Request) -> bool:
    try:
        await check_form(request)
    except FormStale:
        return True
    return False


def make_chat_router(parts: Parts, pages: Pages, talk: Talk) -> APIRouter:
    """``/`` and what its forms and its script send to."""
    router = APIRouter(include_in_schema=False)
    cookie = ChatCookie(parts.settings.secure, talk)
    page = ChatPage(parts, pages, talk)
    steps = _Steps(talk, cookie, page)
    streams = Streams(talk)
    mail = MailServer(parts.settings.smtp_url, parts.settings.mail_from)

    @router.get("/")
    def chat(request: Request) -> Response:
        conversation = cookie.open(request)
        wanted = request.query_params.get("lang")
        if conversation and wanted and wanted in parts.council.languages:
            conversation = talk.choose_language(conversation, wanted)
        return cookie.keep(request, page.show(request, conversation))

    @router.post("/chat")
    def say(
        request: Request,
        stale: Annotated[bool, Depends(is_stale)],
        text: Annotated[str, Form()] = "",
        choice: Annotated[str, Form()] = "",
        client_id: Annotated[str, Form(max_length=80)] = "",
        after: Annotated[str, Form(max_length=80)] = "",
    ) -> Response:
        answer = steps.say(request, text, choice, client_id, after, stale=stale)
        return cookie.keep(request, answer)

    @router.post("/chat/end", dependencies=[Depends(check_csrf)])
    def end(request: Request) -> Response:
        conversation = cookie.open(request)
        if conversation:
            talk.end(conversation)
        return cookie.keep(request, RedirectResponse("/", 303))

    @router.post("/chat/new", dependencies=[Depends(check_csrf)])
    def start_again() -> Response:
        return cookie.take_away(RedirectResponse("/", 303))

    @router.get("/chat/transcript.txt")
    def save_copy(request: Request) -> Response:
        conversation = cookie.need(request)
        _, text = page.copy(request, conversation)
        name = f"attachment; filename=chat-{conversation.started_at:%Y-%m-%d}.txt"
        return Response(
            text, media_type="text/plain; charset=utf-8", headers={"Content-Disposition": name}
        )

    @router.post("/chat/mail", dependencies=[Depends(check_csrf)])
    def mail_copy(request: Request, to: Annotated[str, Form(max_length=254)] = "") -> Response:
        conversation = cookie.need(request)
        talk.limiter.take(f"mail {conversation.id}", COPIES)
        talk.limiter.take(f"mail {address_of(request)}", COPIES * 5)
        try:
            mail.send(to.strip(), *page.copy(request, conversation))
        except MailUnusable as error:
            return page.refuse(request, conversation, error, "")
        return RedirectResponse("/?mailed=1#mailed", 303)

    @router.post("/chat/seen", dependencies=[Depends(check_csrf)], status_code=204)
    def seen(request: Request, up_to: Annotated[str, Form(max_length=80)] = "") -> Response:
        talk.seen(cookie.need(request).id, up_to)
        return Response(status_code=204)

    @router.post("/chat/typing", dependencies=[Depends(check_csrf)], status_code=204)
    def typing(request: Request) -> Response:
        conversation = cookie.need(request)
        talk.limiter.take(f"typing {conversation.id}", TYPING_SIGNS)
        parts.live.changed([from_citizen(conversation.id)])
        return Response(status_code=204)

    @router.get("/chat/wait", dependencies=[Depends(check_origin)])
    def wait(request: Request) -> Response:
        conversation = cookie.need(request)
        with parts.turn.store.begin() as work:
            handoff = work.handoffs.open_of(conversation.id)
        return JSONResponse({"wait": waiting_words(parts, conversation, handoff)})

    @router.get("/chat/events", dependencies=[Depends(check_origin)])
    def events(
        request: Request,
        after: Annotated[str | None, Query()] = None,
        last_event_id: Annotated[str | None, Header()] = None,
    ) -> Response:
        conversation = cookie.need(request)

        def as_json(messages: list[Message]) -> list[dict[str, Any]]:
            return page.shown(messages, conversation.language)

        return streams.follow(conversation.id, last_event_id or after, as_json)

    return router


@dataclass(frozen=True)
class _Steps:
    """What happens when the form is sent."""

    talk: Talk
    cookie: ChatCookie
    page: ChatPage

    def say(
        self, request: Request, text: str, choice: str, client_id: str, after: str, *, stale: bool
    ) -> Response:
        """Take a choice on offer or the citizen's own words, and show the answer. ``after`` is
        the newest message that the page's script has shown."""
        conversation = self.cookie.open(request)
        try:
            if stale:
                raise FormStale
            clean_text(choice or text)
            conversation, is_new = self._conversation(request, conversation)
            said = self.talk.say(
                conversation, address_of(request), choice or text, client_id or None
            )
        except BadInput as error:
            return self.page.refuse(request, conversation, error, text)
        except AnswerDelayed:
            return self.page.delayed(request, conversation)
        draft = text if choice or worth_keeping(text) else ""
        if wants_json(request):
            since = "" if is_new else after
            told = self.page.as_json(request, conversation, said, draft, is_new, since)
            return JSONResponse(told)
        return self._answer(request, conversation, draft)

    def _conversation(
        self, request: Request, conversation: Conversation | None
    ) -> tuple[Conversation, bool]:
        """The one that is open, else a new one; whoever comes back too late is told."""
        if conversation and not self.talk.is_over(conversation):
            return conversation, False
        started = self.talk.start(
            address_of(request), self.page.chosen_language(request), self.cookie.last(request)
        )
        self.cookie.adopt(request, started)
        if conversation and conversation.closed_at is None:  # else they ended it themselves
            self.talk.note(started.conversation, "conversation_expired")
        return started.conversation, True

    def _answer(self, request: Request, conversation: Conversation, draft: str) -> Response:
        if draft:  # sending this page again is harmless: its client_id is known already
            return self.page.show(request, conversation, draft)
        return RedirectResponse("/#latest", 303)
