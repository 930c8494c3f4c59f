"""Did the citizen get what they needed? One question and a comment, after the chat."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot.errors import BadInput
from bot.feedback import ANSWERS, Feedback
from bot.turn_keep import keep_feedback
from channels.pages import check_csrf
from channels.parts import Parts
from channels.web.chat_cookie import ChatCookie
from channels.web.talk import Talk

LONGEST = 1000


class FeedbackEmpty(BadInput):
    """No answer was chosen. Please choose yes, in part or no."""


def feedback_of(parts: Parts, conversation_id: str) -> Feedback | None:
    """What was said about a conversation, or None."""
    with parts.turn.store.begin() as work:
        return work.feedback.of(conversation_id)


def make_feedback_router(parts: Parts, talk: Talk) -> APIRouter:
    """``POST /chat/feedback``."""
    router = APIRouter(include_in_schema=False)
    cookie = ChatCookie(parts.settings.secure, talk)

    @router.post("/chat/feedback", dependencies=[Depends(check_csrf)])
    def tell(
        request: Request,
        got: Annotated[str, Form()] = "",
        comment: Annotated[str, Form()] = "",
    ) -> Response:
        conversation = cookie.need(request)
        if got not in ANSWERS:
            raise FeedbackEmpty
        now = parts.turn.clock.now()
        with parts.turn.store.begin() as work:
            said = Feedback(conversation.id, got, now, comment.strip()[:LONGEST])
            keep_feedback(parts.turn, work, said)
            work.commit()
        return RedirectResponse("/#thanks", 303)

    return router
