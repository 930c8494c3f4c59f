"""Pages about the service: accessibility, and privacy with the citizen's own data."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from channels.pages import Pages, check_csrf
from channels.parts import Parts
from channels.web.chat_cookie import ChatCookie
from channels.web.own_data import erase_own_data, own_data
from channels.web.talk import Talk


def make_about_router(parts: Parts, pages: Pages, talk: Talk) -> APIRouter:
    """``/accessibility`` and ``/privacy``."""
    router = APIRouter(include_in_schema=False)
    cookie = ChatCookie(parts.settings.secure, talk)

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
        )

    @router.get("/privacy/my-data.json")
    def export(request: Request) -> Response:
        held = own_data(parts.engine, cookie.need(request).id)
        name = "attachment; filename=my-data.json"
        return JSONResponse(held, headers={"Content-Disposition": name})

    @router.get("/privacy/erase")
    def ask(request: Request) -> Response:
        return pages.render(request, "erase.html", conversation=cookie.open(request))

    @router.post("/privacy/erase", dependencies=[Depends(check_csrf)])
    def erase(request: Request) -> Response:
        conversation = cookie.need(request)
        with parts.turn.locks.hold(conversation.id):
            erase_own_data(parts, conversation.id)
        parts.live.changed(["desk", conversation.id])
        return cookie.take_away(RedirectResponse("/privacy?erased=1", 303))

    return router
