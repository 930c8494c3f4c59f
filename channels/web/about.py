"""Pages about the service: accessibility, and privacy with the citizen's own data."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from bot.conversation import Conversation
from channels.pages import Pages, check_csrf
from channels.parts import Parts
from channels.web.chat_cookie import ChatCookie
from channels.web.chat_page import ChatPage
from channels.web.own_data import erase_own_data, own_data, why_kept
from channels.web.talk import Talk


def make_about_router(parts: Parts, pages: Pages, talk: Talk) -> APIRouter:
    """``/accessibility`` and ``/privacy``."""
    router = APIRouter(include_in_schema=False)
    cookie = ChatCookie(parts.settings.secure, talk)
    chat = ChatPage(parts, pages, talk)

    @router.get("/accessibility")
    def accessibility(request: Request) -> Response:
        return pages.render(request, "accessibility.html")

    @router.get("/privacy")
    def privacy(request: Request) -> Response:
        return pages.render(
            request,
            "privacy.html",
            conversation=cookie.open(request),
            erased="erased" in request.query_params,
            kept=request.query_params.get("kept"),
        )

    @router.get("/privacy/my-data")
    def see(request: Request) -> Response:
        conversation = cookie.open(request)
        if conversation is None:
            return pages.render(request, "my_data.html", conversation=None)
        lang = pages.language(request) if pages.has_chosen(request) else conversation.language
        return pages.render(
            request,
            "my_data.html",
            lang=lang,
            conversation=conversation,
            messages=chat.shown(talk.messages(conversation.id), lang),
            needs=needs_of(parts, conversation, lang),
            words=lambda key: parts.turn.replies.say(key, lang, "web"),
            held=own_data(parts.engine, conversation.id),
        )

    @router.post("/privacy/needs", dependencies=[Depends(check_csrf)])
    def needs(request: Request, keep: Annotated[str, Form()] = "") -> Response:
        known = keep == "yes"
        talk.keep_needs(cookie.need(request), known=known)
        answer = RedirectResponse("/privacy/my-data#needs", 303)
        return cookie.keep_needs(request, answer, known=known)

    @router.get("/privacy/my-data.json")
    def export(request: Request) -> Response:
        held = own_data(parts.engine, cookie.need(request).id)
        name = "attachment; filename=my-data.json"
        return JSONResponse(held, headers={"Content-Disposition": name})

    @router.get("/privacy/erase")
    def ask(request: Request) -> Response:
        conversation = cookie.open(request)
        kept = why_kept(parts, conversation.id) if conversation else None
        return pages.render(request, "erase.html", conversation=conversation, kept=kept)

    @router.post("/privacy/erase", dependencies=[Depends(check_csrf)])
    def erase(request: Request) -> Response:
        conversation = cookie.need(request)
        with parts.turn.locks.hold(conversation.id):
            kept = erase_own_data(parts, conversation.id)
        parts.live.changed(["desk", conversation.id])
        end = f"kept={kept.value}" if kept else "erased=1"
        answer = cookie.take_away(RedirectResponse(f"/privacy?{end}", 303))
        return cookie.keep_needs(request, answer, known=False)

    return router


def needs_of(parts: Parts, conversation: Conversation, lang: str) -> list[str]:
    """What the citizen told us about getting served, as sentences in ``lang``."""
    told = conversation.circumstances
    asked = [told.asked_channel] if told.asked_channel else []
    keys = [
        *(f"reason_citizen_asked_{one.value}" for one in asked),
        *(f"reason_barrier_{name}" for name in sorted(b.value for b in told.barriers)),
        *(f"reason_citizen_asked_{name}" for name in sorted(a.value for a in told.adjustments)),
    ]
    return [parts.turn.replies.say(key, lang, "web") for key in keys]
