"""Guard every route: security headers, a limit on what may be sent, plain errors, small answers."""

from __future__ import annotations

import time

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.metrics import Metrics
from channels.pages.csrf import Csrf
from channels.pages.errors import answer_errors, error_answer, log_broken, not_taken
from channels.pages.pages import Pages
from channels.pages.static_files import load_static_files
from channels.parts import Parts

MAX_BODY = 256 * 1024
"""Bytes. 10,000 characters of four bytes each, percent-encoded by a form, fit."""

MAX_UPLOAD = 9 * 1024 * 1024
"""Bytes, at the addresses in UPLOADS alone: a photo of 8 MB and the form around it."""
UPLOADS = frozenset({"/chat/photo"})

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        # Scripts of ours build pages with textContent only: innerHTML is refused.
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # "no-referrer" would take the Origin from our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
FRAMED = ("/chat", "/resume", "/about-you", "/privacy", "/accessibility")
"""What a frame on another site may show, beside the front page."""
STREAMS = "/events"
ALWAYS = ("/healthz", "/readyz", "/static/")
"""Answered however much there is to do: monitoring must see, and an open page needs its styles."""
HSTS = "max-age=31536000; includeSubDomains"


def secure(app: FastAPI, parts: Parts) -> None:
    """Guard ``app``; also serves ``/static`` and answers every error. Call it last."""
    pages = Pages(parts)
    app.state.parts = parts
    app.state.csrf = Csrf.of(parts.settings)
    files = load_static_files(parts.council.colour)
    app.add_route("/static/{path:path}", files.answer, methods=["GET"], include_in_schema=False)
    answer_errors(app, pages)
    app.add_middleware(GZipMiddleware, minimum_size=500)
    app.add_middleware(
        _Guard,
        pages=pages,
        https=parts.settings.secure,
        embed=parts.settings.embed_origins,
        at_once=parts.settings.at_once,
        metrics=parts.metrics,
    )


def framed_headers(headers: dict[str, str], origins: tuple[str, ...]) -> dict[str, str]:
    """``headers`` for the citizen's pages, which the sites at ``origins`` may show in a frame.
    Pages of staff are never in anyone's frame."""
    if not origins:
        return headers
    ancestors = "frame-ancestors 'self' " + " ".join(origins)
    policy = POLICY.replace("frame-ancestors 'none'", ancestors)
    kept = {k: v for k, v in headers.items() if k != "X-Frame-Options"}  # it knows no lists
    return {**kept, "Content-Security-Policy": policy}


class _Guard:
    """Outermost, so that even an unforeseen error is answered with every header. More requests
    than ``at_once`` in progress are turned away at once: a queue that only grows helps nobody."""

    def __init__(
        self,
        app: ASGIApp,
        pages: Pages,
        https: bool,
        embed: tuple[str, ...] = (),
        at_once: int = 200,
        metrics: Metrics | None = None,
    ) -> None:
        self._metrics = metrics or Metrics()
        self._at_once, self._in_progress = at_once, 0
        self._app, self._pages = app, pages
        self._headers = HEADERS | ({"Strict-Transport-Security": HSTS} if https else {})
        self._framed = framed_headers(self._headers, embed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, started, began, status = Request(scope), False, time.perf_counter(), 500
        may_be_framed = request.url.path.startswith(FRAMED) or request.url.path == "/"
        own_headers = self._framed if may_be_framed else self._headers

        async def guarded(message: Message) -> None:
            nonlocal started, status
            if message["type"] == "http.response.start":
                started, status = True, message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in own_headers.items():
                    headers.setdefault(name, value)
            await send(message)

        largest = MAX_UPLOAD if request.url.path in UPLOADS else MAX_BODY
        if _announced_size(request) > largest:
            answer = await run_in_threadpool(error_answer, request, self._pages, 413)
            await answer(scope, receive, guarded)
            return
        if self._is_too_much(request):
            self._metrics.turned_away.inc()
            await not_taken(request, self._pages)(scope, receive, guarded)
            return
        counts = not request.url.path.endswith(STREAMS)  # a stream is open long and costs little
        self._in_progress += counts
        self._metrics.in_progress.set(self._in_progress)
        try:
            await self._app(scope, _counted(receive, largest), guarded)
        except Exception as error:
            log_broken(request, error)
            if not started:
                answer = await run_in_threadpool(error_answer, request, self._pages, 500)
                await answer(scope, receive, guarded)
        finally:
            self._in_progress -= counts
            self._metrics.in_progress.set(self._in_progress)
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.request(request.method, route, status, time.perf_counter() - began)

    def _is_too_much(self, request: Request) -> bool:
        return self._in_progress >= self._at_once and not request.url.path.startswith(ALWAYS)


def _announced_size(request: Request) -> int:
    size = request.headers.get("content-length", "0")
    return int(size) if size.isdecimal() and len(size) < 12 else MAX_UPLOAD + 1


def _counted(receive: Receive, largest: int) -> Receive:
    """``receive`` that refuses a body longer than it was said to be."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > largest:
            raise HTTPException(413)
        return message

    return counted
