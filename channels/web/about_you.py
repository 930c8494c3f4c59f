"""The questions on equality, asked after service: one page, every question may be skipped.

The answers go to the port that only writes. They are kept under a keyed hash of the
conversation's id, so neither the desk nor the assistant can find them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from bot.council import LONDON
from bot.equality import AnswerSheet, Scheme, link_of, tidy_answers
from bot.errors import BadFile
from bot.files.equality_schemes import FOLDER, load_schemes
from channels.pages import Pages, check_csrf
from channels.parts import Parts
from channels.web.chat_cookie import ChatCookie
from channels.web.talk import Talk


def make_about_you_router(parts: Parts, pages: Pages, talk: Talk) -> APIRouter:
    """``/about-you``. Raises BadFile when the council names a scheme that is not there."""
    router = APIRouter(include_in_schema=False)
    cookie = ChatCookie(parts.settings.secure, talk)
    scheme = scheme_named(parts.council.equality_scheme)
    key = parts.settings.secrets.equality_key

    @router.get("/about-you")
    def ask(request: Request) -> Response:
        conversation = cookie.open(request)
        asked = conversation is not None and _has(parts, link_of(conversation.id, key))
        return pages.render(
            request,
            "about_you.html",
            conversation=conversation,
            scheme=scheme,
            asked=asked,
            thanks="thanks" in request.query_params,
        )

    @router.post("/about-you", dependencies=[Depends(check_csrf)])
    def keep(request: Request, given: dict[str, str] = Depends(_answers_in)) -> Response:
        conversation = cookie.need(request)
        put_answers(parts, scheme, link_of(conversation.id, key), given)
        return RedirectResponse("/about-you?thanks=1", 303)

    return router


async def _answers_in(request: Request) -> dict[str, str]:
    """The fields of the form."""
    return {k: v for k, v in (await request.form()).items() if isinstance(v, str)}


@cache
def scheme_named(wanted: str, folder: Path = FOLDER) -> Scheme:
    """The newest scheme with this name or id, read once. Raises BadFile."""
    schemes = load_schemes(folder)
    found = [s for s in schemes.values() if wanted in (s.name, s.id)]
    if not found:
        known = ", ".join(sorted(schemes))
        problem = f"there is no equality scheme {wanted!r}"
        raise BadFile(folder, None, problem, f"Use one of: {known}.")
    return max(found, key=lambda scheme: scheme.version)


def put_answers(parts: Parts, scheme: Scheme, link: str, given: Mapping[str, str]) -> None:
    """Keep the answers apart, with the day and no finer time."""
    today = parts.turn.clock.now().astimezone(LONDON).date()
    sheet = AnswerSheet(link, scheme.id, tidy_answers(scheme, given), today)
    with parts.turn.store.begin() as work:
        work.equality.put(sheet)
        work.commit()


def _has(parts: Parts, link: str) -> bool:
    with parts.turn.store.begin() as work:
        return work.equality.has(link)
