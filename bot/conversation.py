"""A citizen's conversation: who may open it, in which language, and what they told us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.message import Medium
from bot.need import Circumstances

IDLE_LIMIT = timedelta(hours=24)
"""After this long in silence a conversation is over and the next message starts a new one, unless a
person has its case or will have it: they may call on Monday whoever asked on Friday."""

AFTER_THE_END = timedelta(hours=1)
"""So long a browser still shows a conversation that the citizen ended: to keep a copy, to say how
it went. Whoever sits at a shared computer later does not see it."""
WHILE_A_CASE_IS_OPEN = timedelta(days=30)
"""So long a browser keeps a conversation for which a person is still to come, from each visit."""


@dataclass(frozen=True)
class Conversation:
    """One conversation. ``token_hash`` is SHA-256 of the web token; ``address`` an SMS number;
    ``told`` is what the citizen has answered so far, as an agent reads it; ``desk_waits`` says for
    which team and how urgently, while the desk wants it back after a service's questions."""

    id: str
    medium: Medium
    started_at: datetime
    last_at: datetime
    language: str = "en"
    language_chosen: bool = False
    token_hash: str | None = None
    address: str | None = None
    circumstances: Circumstances = field(default_factory=Circumstances)
    closed_at: datetime | None = None
    told: Mapping[str, Any] = field(default_factory=dict)
    desk_waits: Mapping[str, str] | None = None

    def is_over(self, now: datetime, *, case_open: bool) -> bool:
        """Whether it was closed, or has been silent too long with no case open at the desk."""
        idle = now - self.last_at > IDLE_LIMIT and not case_open
        return self.closed_at is not None or idle

    def shown_for(self, now: datetime, *, case_open: bool) -> timedelta:
        """How much longer a browser keeps it if nothing more happens: for as long as it can be gone
        on with, or a moment after the citizen ended it. Negative once that is over."""
        if self.closed_at is not None:
            return self.closed_at + AFTER_THE_END - now
        return WHILE_A_CASE_IS_OPEN if case_open else self.last_at + IDLE_LIMIT - now
