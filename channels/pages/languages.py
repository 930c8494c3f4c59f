"""Which language a page is drawn in, and which way its words run."""

from __future__ import annotations

from collections.abc import Collection

from starlette.requests import Request

from channels.pages.cookies import LANGUAGE, cookie_name

_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})


def page_language(request: Request, offered: Collection[str], secure: bool) -> str:
    """The language chosen (``?lang=``, then the cookie), else the browser's, else the first."""
    wanted = [
        request.query_params.get("lang", ""),
        request.cookies.get(cookie_name(LANGUAGE, secure), ""),
        *_accepted(request.headers.get("accept-language", "")),
    ]
    return next((lang for lang in wanted if lang in offered), next(iter(offered)))


def text_direction(language: str) -> str:
    """``rtl`` for languages written from right to left, else ``ltr``."""
    return "rtl" if language.split("-")[0] in _RIGHT_TO_LEFT else "ltr"


def _accepted(header: str) -> list[str]:
    """The languages in an Accept-Language header, as they stand, without their regions."""
    return [part.split(";")[0].strip().split("-")[0].lower() for part in header.split(",")[:8]]
