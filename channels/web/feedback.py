"""Did the citizen get what they needed? One question and a comment, after the chat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot.errors import BadInput
from bot.outcome import Outcome
from bot.stores.schema import feedback
from channels.pages import check_csrf
from channels.parts import Parts
from channels.web.chat_cookie import ChatCookie
from channels.web.talk import Talk

ANSWERS = ("yes", "partly", "no")
LONGEST = 1000


class FeedbackEmpty(BadInput):
    """No answer was chosen. Please choose yes, in part or no."""


@dataclass(frozen=True)
class Feedback:
    """``got`` is one of ANSWERS: whether they got what they needed, in their own view."""

    got: str
    comment: str


def feedback_of(engine: sa.Engine, conversation_id: str) -> Feedback | None:
    """What was said about a conversation, or None."""
    query = feedback.select().where(feedback.c.conversation_id == conversation_id)
    with engine.begin() as db:
        row = db.execute(query).mappings().first()
    return Feedback(row["got"], row["comment"]) if row else None


def keep_feedback(engine: sa.Engine, conversation_id: str, given: Feedback, at: datetime) -> None:
    """Keep it in place of what was said before. ``at`` in UTC."""
    row = {"conversation_id": conversation_id, "got": given.got, "comment": given.comment, "at": at}
    with engine.begin() as db:
        db.execute(feedback.delete().where(feedback.c.conversation_id == conversation_id))
        db.execute(feedback.insert(), [row])


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
        given = Feedback(got, comment.strip()[:LONGEST])
        now = parts.turn.clock.now()
        first = feedback_of(parts.engine, conversation.id) is None
        keep_feedback(parts.engine, conversation.id, given, now)
        if first and got == "yes":
            _note_resolved(parts, conversation.id, now)
        return RedirectResponse("/#thanks", 303)

    return router


def _note_resolved(parts: Parts, conversation_id: str, now: datetime) -> None:
    with parts.turn.store.begin() as work:
        outcome = Outcome(parts.turn.new_id(), conversation_id, "resolved", "citizen", now)
        work.records.add_outcome(outcome)
        work.commit()
