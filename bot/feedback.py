"""Whether citizens got what they needed, in their own view: asked when a case is closed, and at the
end of a chat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

YES, PARTLY, NO = ANSWERS = ("yes", "partly", "no")
PAYLOADS: Mapping[str, str] = {f"/got_{answer}": answer for answer in ANSWERS}
"""What the choices under a closed case send. Nobody can type them: what was not on offer loses its
slash."""


@dataclass(frozen=True)
class Feedback:
    """``got`` is one of ANSWERS. ``at`` in UTC."""

    conversation_id: str
    got: str
    at: datetime
    comment: str = ""


class Feedbacks(Protocol):
    """One for each conversation whose citizen said so."""

    def put(self, feedback: Feedback) -> None:
        """Keep it in place of what was said before."""

    def of(self, conversation_id: str) -> Feedback | None:
        """The conversation's, or None."""

    def since(self, start: datetime) -> Counter[str]:
        """Answer → how many whose case an agent closed gave it at ``start`` (UTC) or later."""
