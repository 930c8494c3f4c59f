"""The chat inside a page of the council's own site: one script tag, one frame."""

from __future__ import annotations

import json
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from channels.parts import Parts

_SOURCE = Path(__file__).parent / "widget.js"
_AN_HOUR = 3600


def make_widget_router(parts: Parts) -> APIRouter:
    """``/widget.js``: the same address for ever, so it is kept for an hour only."""
    router = APIRouter(include_in_schema=False)
    script = widget_script(parts)
    headers = {
        "Cache-Control": f"public, max-age={_AN_HOUR}",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }

    @router.get("/widget.js")
    def widget() -> Response:
        return Response(script, media_type="text/javascript; charset=utf-8", headers=headers)

    return router


def widget_script(parts: Parts) -> str:
    """The script with this council's address, colour and words filled in."""
    words = {
        language: [parts.words.say(key, language, "web") for key in ("widget_open", "widget_close")]
        for language in parts.council.languages
    }
    about = {
        "url": parts.settings.public_url,
        "colour": parts.council.colour,
        "words": words,
    }
    filled = json.dumps(about, ensure_ascii=False).replace("</", "<\\/")
    return _SOURCE.read_text("utf-8").replace('"ABOUT"', filled)
