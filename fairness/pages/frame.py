"""What the pages get from outside: the frame of a page, form tokens, the log of who read what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

from fairness.words_of import Opens, not_sealed

Chrome = Callable[[str, str, Request], Response]


@dataclass(frozen=True)
class Frame:
    """``noted(request, action, subject)`` writes a line to the staff log; ``opens`` opens contact
    details, so that they can be taken out of what is shown."""

    chrome: Chrome
    csrf_field: Callable[[Request], str]
    check_csrf: Callable[..., Any]
    noted: Callable[[Request, str, str], None] = lambda request, action, subject: None
    opens: Opens = not_sealed

    def page(self, title: str, body: str, request: Request, status: int = 200) -> Response:
        """A whole page; words of citizens stay in no cache."""
        response = self.chrome(title, body, request)
        response.status_code = status
        response.headers["Cache-Control"] = "no-store"
        return response
