"""Which language a page is drawn in, and which are offered where."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from starlette.requests import Request

from bot.bidi import text_direction
from channels.pages.cookies import LANGUAGE, cookie_name

__all__ = ["page_language", "split_languages", "text_direction"]

_MOST_ACCEPTED = 8
_FEW = 4


def page_language(
    request: Request,
    offered: Collection[str],
    secure: bool,
    of_chat: Callable[[], str] = str,
) -> str:
    """The language chosen, else that of the open conversation (``of_chat``, asked only then),
    else the browser's, else the first."""
    chosen = chosen_language(request, offered, secure)
    if chosen:
        return chosen
    wanted = (of_chat(), *_accepted(request.headers.get("accept-language", ""), offered))
    return next((lang for lang in wanted if lang in offered), next(iter(offered)))


def chosen_language(request: Request, offered: Collection[str], secure: bool) -> str | None:
    """What the citizen has picked on our pages: ``?lang=``, then the cookie that keeps it."""
    wanted = (
        request.query_params.get("lang", ""),
        request.cookies.get(cookie_name(LANGUAGE, secure), ""),
    )
    return next((lang for lang in wanted if lang in offered), None)


def split_languages(offered: Collection[str], chosen: str) -> tuple[list[str], list[str]]:
    """The languages always in sight (the first two and the chosen one), and the rest. A few
    are all in sight: nobody should have to open a list for three."""
    codes = list(offered)
    if len(codes) <= _FEW:
        return codes, []
    first = [code for place, code in enumerate(codes) if place < 2 or code == chosen]
    return first, [code for code in codes if code not in first]


def _accepted(header: str, offered: Collection[str]) -> Iterator[str]:
    """The languages of an Accept-Language header that are on offer, in its order. A region is
    left off until one fits: ``ur-Latn-PK`` is ``ur-Latn``, ``pa-IN`` is ``pa``."""
    codes = {code.lower(): code for code in offered}
    for part in header.split(",")[:_MOST_ACCEPTED]:
        tag = part.split(";")[0].strip().lower()
        while tag and tag not in codes:
            tag = tag.rpartition("-")[0]
        if tag:
            yield codes[tag]
