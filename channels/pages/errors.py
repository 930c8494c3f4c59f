"""Turn every error into a plain answer: a page for people, JSON for programs.

Each says what happened, what to do next, and how else to get help.
"""

from __future__ import annotations

import logging
import traceback
from typing import NamedTuple
from urllib.parse import urlencode

import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Match

from bot.desk_visit import VisitsUnavailable
from bot.errors import (
    BadInput,
    ConversationExpired,
    ConversationUnknown,
    FairwayError,
    HandoffError,
    HandoffNotYours,
    HandoffUnknown,
    TokenWrong,
)
from bot.replies import FALLBACK_LANGUAGE
from bot.staff import RoleMissing
from channels.limits import TooManyRequests
from channels.pages.csrf import ForeignOrigin, FormStale
from channels.pages.pages import Pages

log = logging.getLogger(__name__)
RETRY_AFTER = 10
"""Seconds after which to try again what could not be taken in."""
LATE = 60
"""Seconds after which to look for an answer that is late."""
DATABASE_AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)
"""Also a full disk, which SQLite says in this way."""


class NotAllowed(FairwayError):
    """That is not allowed. Check the token or the signature."""


class NotTaken(FairwayError):
    """Nothing was taken in: too much at once, or the database is away. Try again in a moment."""

    def __init__(self, seconds: int = RETRY_AFTER) -> None:
        self.seconds = seconds
        super().__init__()


class Unavailable(FairwayError):
    """This part is not working right now. Please try again in a few minutes."""


STATUS: dict[type[FairwayError], int] = {
    TokenWrong: 401,
    NotAllowed: 403,
    ForeignOrigin: 403,
    FormStale: 403,
    HandoffNotYours: 403,
    RoleMissing: 403,
    ConversationUnknown: 404,
    HandoffUnknown: 404,
    HandoffError: 409,
    ConversationExpired: 410,
    TooManyRequests: 429,
    BadInput: 422,
    VisitsUnavailable: 503,
    NotTaken: 503,
    Unavailable: 503,
}
CODES = {
    400: "bad_request",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    422: "unreadable",
    429: "too_many_requests",
    500: "broken",
    503: "unavailable",
}
_NOT_PARSED = "There was an error parsing the body"  # FastAPI's, for bytes that are no text
_CHAT = "/chat"
_PROGRAMS = ("/api/", "/sms/", "/chatwoot/", "/healthz", "/readyz", "/metrics")


def answer_errors(app: FastAPI, pages: Pages) -> None:
    """Give ``app`` a plain answer to every error. Plain functions, in the thread pool: which
    language to answer in can be a question to the database."""

    def fairway(request: Request, error: Exception) -> Response:
        assert isinstance(error, FairwayError)
        return error_answer(
            request, pages, status_of(error), error.code, str(error), headers_of(error)
        )

    def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.detail == _NOT_PARSED:
            return error_answer(request, pages, 422)
        if error.status_code == 405 and (above := page_above(request)):
            return RedirectResponse(above, 303)
        headers = dict(error.headers or {})
        return error_answer(request, pages, error.status_code, headers=headers)

    def database_away(request: Request, error: Exception) -> Response:
        log.error("the database does not answer: %s", type(error).__name__)
        return not_taken(request, pages)

    def unreadable(request: Request, error: Exception) -> Response:
        return error_answer(request, pages, 422)

    app.add_exception_handler(FairwayError, fairway)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, unreadable)
    for kind in DATABASE_AWAY:
        app.add_exception_handler(kind, database_away)


def status_of(error: FairwayError) -> int:
    """The HTTP status of an error: that of its nearest class in STATUS, else 500."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def not_taken(request: Request, pages: Pages) -> Response:
    """503: nothing is lost, for nothing was taken in. Says whom to ring and when to come back."""
    pages.chat_language.do_without(request)  # it would wait for what is known to be away
    error = NotTaken()
    answer = error_answer(request, pages, 503, "broken", headers=headers_of(error))
    if wants_json(request):
        words = error_words(pages, _language(request, pages), "broken", None)
        body = _as_json(error.code, words)
        body["phone"] = pages.phone
        return JSONResponse(body, 503, headers_of(error))
    return answer


def error_answer(
    request: Request,
    pages: Pages,
    status: int,
    code: str | None = None,
    sentence: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """A page or a JSON object. ``sentence`` says what happened and then what to do."""
    code = code or CODES.get(status, "bad_request")
    words = error_words(pages, _language(request, pages), code, sentence)
    if wants_json(request):
        return JSONResponse(_as_json(code, words), status, headers)
    page = pages.render(request, "error.html", status=status, words=words)
    page.headers.update(headers or {})
    return page


def _as_json(code: str, words: ErrorWords) -> dict[str, str]:
    return {"error": code, "message": words.message, "what_next": words.next_step}


def page_above(request: Request) -> str | None:
    """The page to show to somebody who opens the address of a form: the nearest one above it, in
    the language asked for. None for programs.

    A page drawn in answer to a form has the form's address: its language links, the browser's
    reload and the way back all lead there, and nobody has done anything wrong.
    """
    if request.method != "GET" or "text/html" not in request.headers.get("accept", ""):
        return None
    path = request.url.path
    while path != "/" and not wants_json(request):
        path = path.rpartition("/")[0] or "/"
        if _is_page(request, path):
            lang = request.query_params.get("lang")
            return f"{path}?{urlencode({'lang': lang})}" if lang else path
    return None


def _is_page(request: Request, path: str) -> bool:
    scope = {**request.scope, "path": path}
    routes = request.app.router.routes
    return any(route.matches(scope)[0] is Match.FULL for route in routes)


def log_broken(request: Request, error: Exception) -> None:
    """Note an error nobody foresaw: its kind and place, never its text, which may hold words
    or numbers of a citizen."""
    places = traceback.extract_tb(error.__traceback__)[-4:]
    where = " < ".join(f"{p.filename.rsplit('/', 2)[-1]}:{p.lineno}" for p in reversed(places))
    route = request.scope.get("route")
    at = getattr(route, "path", "?")
    log.error("%s in %s %s at %s", type(error).__name__, request.method, at, where)


def wants_json(request: Request) -> bool:
    """Whether a program asks rather than a person's browser."""
    if request.url.path.startswith(_PROGRAMS):
        return True
    accept = request.headers.get("accept", "")
    return "application/json" in accept and "text/html" not in accept


class ErrorWords(NamedTuple):
    """What happened and what to do next; ``lang`` is what both are written in."""

    message: str
    next_step: str
    lang: str


def error_words(pages: Pages, language: str, code: str, sentence: str | None) -> ErrorWords:
    """In ``language`` where we have the words; else an error's own sentence, in English."""
    if sentence is None or pages.knows(f"error_{code}"):
        said = pages.say(f"error_{code}", language), pages.say(f"error_{code}_next", language)
        return ErrorWords(*said, pages.words_language(language))
    message, _, next_step = sentence.partition(". ")
    return ErrorWords(message.rstrip(".") + ".", next_step, FALLBACK_LANGUAGE)


def _language(request: Request, pages: Pages) -> str:
    """Its page's language; what the chat's script puts into the chat page is in that page's,
    which is the conversation's."""
    inside = request.url.path == _CHAT or request.url.path.startswith(f"{_CHAT}/")
    if inside and wants_json(request) and (language := pages.chat_language.of(request)):
        return language
    return pages.language(request)


def headers_of(error: Exception) -> dict[str, str]:
    """The headers that go with an error."""
    if isinstance(error, TooManyRequests | NotTaken):
        return {"Retry-After": str(error.seconds)}
    if isinstance(error, Unavailable):
        return {"Retry-After": str(LATE)}
    if isinstance(error, TokenWrong):
        return {"WWW-Authenticate": "Bearer"}
    return {}
