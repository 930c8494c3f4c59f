"""What the pages get from outside: the frame of a page, form tokens, the log of who read what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

Chrome = Callable[[str, str, Request], Response]


@dataclass(frozen=True)
class Frame:
    """``noted(request, action, subject)`` writes a line to the staff log."""

    chrome: Chrome
    csrf_field: Callable[[Request], str]
    check_csrf: Callable[..., Any]
    noted: Callable[[Request, str, str], None] = lambda request, action, subject: None

    def page(self, title: str, body: str, request: Request, status: int = 200) -> Response:
        """A whole page; words of citizens stay in no cache."""
        response = self.chrome(title, body, request)
        response.status_code = status
        response.headers["Cache-Control"] = "no-store"
        return response
