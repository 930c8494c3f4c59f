"""A conversation as plain text, for the citizen to keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def transcript(title: str, messages: Iterable[Mapping[str, Any]]) -> str:
    """``title`` and every message with its day and time. ``messages`` as ``ChatPage.shown``."""
    parts = [title, "=" * len(title)]
    for message in messages:
        day = str(message["at"])[:10]
        parts.append(f"{day} {message['time']}  {message['who']}\n{message['text']}")
    return "\n\n".join(parts) + "\n"
