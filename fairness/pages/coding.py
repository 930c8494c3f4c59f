"""/audit/coding: people say what citizens needed, without seeing what the assistant did.

Double blind: a coder sees the citizen's words only, redacted, and no other coder's answer.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from bot.errors import BadInput
from bot.need_codes import NEEDS, NeedCode, NeedCodes, by_conversation, waiting_for
from fairness.pages.frame import Frame
from fairness.pages.render import render
from fairness.reading import reading
from fairness.words_of import Line, words_of

if TYPE_CHECKING:
    from fairness.agreement import Agreement

MOST_AT_ONCE = 500
CHOICES = {
    "digital": "A web page or form, or the chat itself, would have served them",
    "assisted": "They needed a person to help or to talk to",
    "face_to_face": "They needed to see somebody, or a visit",
    "unsure": "I cannot tell, or cannot read this",
}


@dataclass(frozen=True)
class Progress:
    """How far the coding is. ``split``: two coders differ and a third is wanted."""

    drawn: int
    twice: int
    truths: int
    split: int
    mine: int
    agreement: Agreement


def add_coding(
    router: APIRouter, frame: Frame, codes: NeedCodes, url: str, coder: Callable[[Request], str]
) -> None:
    """The coding pages on ``router``. ``coder`` names who is signed in, the same every time."""

    def show(request: Request, problem: str = "") -> Response:
        body = render(
            "coding.html.j2", progress=_progress(codes, coder(request)), problem=problem,
            most=MOST_AT_ONCE, csrf=Markup(frame.csrf_field(request)),
        )  # fmt: skip
        return frame.page("What citizens needed", body, request, 422 if problem else 200)

    @router.get("/coding")
    def coding(request: Request) -> Response:
        return show(request)

    @router.post("/coding", dependencies=[Depends(frame.check_csrf)])
    def draw(
        request: Request,
        number: Annotated[str, Form()] = "",
        since: Annotated[str, Form()] = "",
        until: Annotated[str, Form()] = "",
    ) -> Response:
        try:
            wanted, first, last = _asked(number, since, until)
        except ValueError as error:
            return show(request, str(error))
        drawn = codes.draw(wanted, coder(request), datetime.now(UTC), first, last)
        if not drawn:
            return show(request, "No conversation is left to draw in these days.")
        frame.noted(request, "coding_sample_drawn", str(drawn))
        return RedirectResponse("/audit/coding", status_code=303)

    @router.get("/coding/next")
    def next_one(request: Request) -> Response:
        return _ask(request, frame, codes, url, coder(request))

    @router.post("/coding/next", dependencies=[Depends(frame.check_csrf)])
    def answer(
        request: Request,
        conversation: Annotated[str, Form()] = "",
        need: Annotated[str, Form()] = "",
    ) -> Response:
        who = coder(request)
        if need not in NEEDS:
            return _ask(request, frame, codes, url, who, conversation, "Choose one of the answers.")
        try:
            if conversation not in waiting_for(who, codes.sample(), codes.codes()):
                return RedirectResponse("/audit/coding/next", status_code=303)
            codes.put(NeedCode(conversation, who, need, datetime.now(UTC)))
        except BadInput as error:
            return _ask(request, frame, codes, url, who, "", str(error))
        return RedirectResponse("/audit/coding/next", status_code=303)


def _ask(
    request: Request, frame: Frame, codes: NeedCodes, url: str, who: str,
    wanted: str = "", problem: str = "",
) -> Response:  # fmt: skip
    """The next conversation for ``who``, or ``wanted`` again where its answer was wrong."""
    waiting = waiting_for(who, codes.sample(), codes.codes())
    chosen = wanted if wanted in waiting else _first(waiting, who)
    lines: tuple[Line, ...] = ()
    if chosen:
        with reading(url) as connection:
            lines = words_of(connection, [chosen], ("citizen",), frame.opens).get(chosen, ())
        frame.noted(request, "conversation_read_to_code", chosen)
    body = render(
        "coding_next.html.j2", chosen=chosen, lines=lines, left=len(waiting), choices=CHOICES,
        problem=problem, csrf=Markup(frame.csrf_field(request)),
    )  # fmt: skip
    return frame.page("What did they need?", body, request, 422 if problem else 200)


def _first(waiting: Sequence[str], who: str) -> str:
    """Each coder meets the conversations in an order of their own, the same at every visit."""
    return min(waiting, key=lambda name: random.Random(f"{who}|{name}").random(), default="")


def _progress(codes: NeedCodes, who: str) -> Progress:
    from fairness.agreement import agreement_of, truths

    held, sample = codes.codes(), codes.sample()
    each = by_conversation(held)
    agreed = truths(held)
    twice = [name for name, given in each.items() if len(given) >= 2]
    return Progress(
        drawn=len(sample),
        twice=len(twice),
        truths=len(agreed),
        split=sum(name not in agreed and len(each[name]) == 2 for name in twice),
        mine=len(waiting_for(who, sample, held)),
        agreement=agreement_of(held),
    )


def _asked(number: str, since: str, until: str) -> tuple[int, date | None, date | None]:
    """What the form asks for. Raises ValueError with a sentence for the page."""
    if not number.strip().isdecimal() or not 1 <= int(number) <= MOST_AT_ONCE:
        raise ValueError(f"Write how many conversations to draw, from 1 to {MOST_AT_ONCE}.")
    try:
        days = [date.fromisoformat(d.strip()) if d.strip() else None for d in (since, until)]
    except ValueError:
        raise ValueError("Write each date as year-month-day, such as 2026-01-31.") from None
    if days[0] and days[1] and days[0] >= days[1]:
        raise ValueError("The first day must be before the day the sample stops at.")
    return int(number), days[0], days[1]
