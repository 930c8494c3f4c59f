"""The JSON API: conversations for programs, opened with a bearer token."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from bot.conversation import Conversation
from bot.errors import BadInput
from channels.pages import Pages, check_origin
from channels.parts import Parts
from channels.problems import problems
from channels.web.as_json import messages_json
from channels.web.events import Streams
from channels.web.talk import Talk


class LanguageUnknown(BadInput):
    """That language is not offered here. Leave it out, or use one that is."""


Authorization = Annotated[str, Header()]


class NewConversation(BaseModel):
    """``language``: a code such as ``cy``, if the citizen has chosen one."""

    language: str | None = Field(None, max_length=12)


class NewMessage(BaseModel):
    """``client_id``: your own id; the same words under the same one are answered
    again, not taken twice."""

    text: str = Field(max_length=100_000)
    client_id: str | None = Field(None, max_length=80)


class Choice(BaseModel):
    """A choice on offer: show ``title``, send ``payload``. ``lang``: the title's language where
    it is not the message's."""

    title: str
    payload: str
    lang: str | None = Field(default=None, exclude_if=lambda lang: lang is None)


class MessageOut(BaseModel):
    """One message. ``from``: citizen, assistant, agent or system."""

    model_config = {"populate_by_name": True}

    id: str
    sender: str = Field(alias="from")
    text: str
    lang: str
    dir: str
    buttons: list[Choice]
    at: str
    client_id: str | None = None


class WayOut(BaseModel):
    """A channel (digital, assisted, face_to_face) and the way to be served on it."""

    channel: str
    way: str


class RouteOut(WayOut):
    """Where the citizen was sent, why, and what else they may choose."""

    reasons: list[str]
    alternatives: list[WayOut]
    policy_version: str | None


class ConversationOut(BaseModel):
    """Keep ``token``: it opens this conversation and is not shown again."""

    id: str
    token: str
    messages: list[MessageOut]


class AnswerOut(BaseModel):
    """What was said in reply. ``route`` is null when nothing was decided in this turn."""

    messages: list[MessageOut]
    route: RouteOut | None = None


class MessagesOut(BaseModel):
    """Messages in the order they were said."""

    messages: list[MessageOut]


PROBLEMS = problems(
    {
        401: "The token does not open this conversation.",
        404: "No such conversation.",
        410: "The conversation has ended.",
        413: "Too much was sent at once.",
        422: "It could not be read.",
        429: "Too many at once; wait for Retry-After seconds.",
        503: "Not answered: the error says whether it is kept. Wait for Retry-After seconds.",
    }
)


def make_api_router(parts: Parts, pages: Pages, talk: Talk) -> APIRouter:
    """Routes under ``/api``."""
    router = APIRouter(tags=["conversations"], responses=PROBLEMS)
    streams = Streams(talk)

    def opened(conversation_id: str, authorization: Authorization = "") -> Conversation:
        return talk.open(conversation_id, _token(authorization))

    @router.post("/api/conversations", status_code=201, response_model=ConversationOut)
    def start(request: Request, body: NewConversation | None = None) -> dict[str, Any]:
        """Start a conversation."""
        language = body.language if body else None
        if language is not None and language not in parts.council.languages:
            offered = ", ".join(parts.council.languages)
            raise LanguageUnknown(f"That language is not offered here. Use one of: {offered}.")
        started = talk.start(address_of(request), language)
        return {
            "id": started.conversation.id,
            "token": started.token,
            "messages": messages_json(started.messages),
        }

    @router.post("/api/conversations/{conversation_id}/messages", response_model=AnswerOut)
    def say(
        request: Request,
        body: NewMessage,
        conversation_id: str,
        authorization: Authorization = "",
    ) -> dict[str, Any]:
        """Say something and get the answer."""
        token, address = _token(authorization), address_of(request)
        said = talk.say_with(conversation_id, token, address, body.text, body.client_id)
        return {"messages": messages_json(said.replies), "route": said.route}

    @router.get("/api/conversations/{conversation_id}/messages", response_model=MessagesOut)
    def read(
        conversation: Conversation = Depends(opened), after: str | None = None
    ) -> dict[str, Any]:
        """What was said, or only what came after the message with the id ``after``."""
        return {"messages": messages_json(talk.messages(conversation.id, after))}

    @router.get(
        "/api/conversations/{conversation_id}/events",
        response_class=StreamingResponse,
        dependencies=[Depends(check_origin)],
    )
    async def events(
        conversation: Conversation = Depends(opened),
        after: str | None = Query(None),
        last_event_id: str | None = Header(None),
    ) -> Response:
        """New messages as server-sent events; resumes after ``Last-Event-ID``."""
        return streams.follow(conversation.id, last_event_id or after)

    @router.get("/api/docs", include_in_schema=False)
    def docs(request: Request) -> Response:
        paths = request.app.openapi()["paths"]
        routes = [
            {"path": path, "method": method.upper(), "summary": about.get("description", "")}
            for path, methods in paths.items()
            if path.startswith("/api/")
            for method, about in methods.items()
        ]
        return pages.render(
            request,
            "api_docs.html",
            lang="en",
            routes=routes,
            problems=PROBLEMS,
            base=parts.settings.public_url,
        )

    return router


def _token(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def address_of(request: Request) -> str:
    """The network address a request came from, for counting only."""
    return request.client.host if request.client else "unknown"
