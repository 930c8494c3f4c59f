"""Errors of the desk's routes, told on a page of the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from bot.errors import FairwayError
from bot.staff import Staff
from channels.auth import current_staff
from channels.desk.frame import staff_page
from channels.pages import Pages
from channels.pages.errors import status_of


def plain_errors(pages: Pages) -> type[APIRoute]:
    """Routes whose errors are told on a page of the desk, with the way back to the queue."""

    class PlainErrors(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Any]:
            handle = super().get_route_handler()

            async def handler(request: Request) -> Response:
                try:
                    return await handle(request)
                except FairwayError as error:
                    if "text/html" not in request.headers.get("accept", ""):
                        raise
                    who = await run_in_threadpool(current_staff, request)
                    return _problem_page(pages, request, who, error)

            return handler

    return PlainErrors


def _problem_page(
    pages: Pages, request: Request, who: Staff | None, error: FairwayError
) -> Response:
    message, _, next_step = str(error).partition(". ")
    return staff_page(
        pages,
        request,
        "desk_problem.html",
        who,
        status_of(error),
        message=message.rstrip(".") + ".",
        next_step=next_step,
    )
