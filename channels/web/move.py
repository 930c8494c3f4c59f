"""Pages for going on with a chat somewhere else: get a code here, type it there."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from bot.resume_code import LIFETIME
from channels.chat_tokens import hash_token, new_token
from channels.limits import Limiter
from channels.pages import Pages, check_csrf
from channels.pages.errors import error_words
from channels.parts import Parts
from channels.resume import CodeUnknown, give_code, move_to_web
from channels.web.api import address_of
from channels.web.chat_cookie import ChatCookie
from channels.web.talk import Started, Talk

GUESSES = 20
"""Codes a minute from one address: a library's visitors pass, a guesser does not get far."""
CODES = 6
"""Codes a minute for one conversation."""


def make_move_router(parts: Parts, pages: Pages, talk: Talk, limiter: Limiter) -> APIRouter:
    """``/chat/move`` and ``/resume``."""
    router = APIRouter(include_in_schema=False)
    cookie = ChatCookie(parts.settings.secure, talk)

    @router.post("/chat/move", dependencies=[Depends(check_csrf)])
    def code(request: Request) -> Response:
        conversation = cookie.need(request)
        limiter.take(f"code {conversation.id}", CODES)
        return pages.render(
            request,
            "move.html",
            code=give_code(parts, conversation.id),
            minutes=int(LIFETIME.total_seconds() // 60),
            address=f"{parts.settings.public_url}/resume",
        )

    @router.get("/resume")
    def ask(request: Request, code: Annotated[str, Query(max_length=40)] = "") -> Response:
        return pages.render(request, "resume.html", typed=code, error=None)

    @router.post("/resume", dependencies=[Depends(check_csrf)])
    def go_on(request: Request, code: Annotated[str, Form(max_length=40)] = "") -> Response:
        limiter.take(f"resume {address_of(request)}", GUESSES)
        token = new_token()
        try:
            conversation = move_to_web(parts, code, hash_token(token))
        except CodeUnknown as error:
            words = error_words(pages, pages.language(request), error.code, str(error))
            return pages.render(request, "resume.html", status=422, typed=code, error=words)
        cookie.adopt(request, Started(conversation, token, []))
        return cookie.keep(request, RedirectResponse("/#latest", 303))

    return router
