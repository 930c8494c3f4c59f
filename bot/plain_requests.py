"""Plain requests for a person or for face-to-face, for callers that have no SafetyCheck."""

from __future__ import annotations

from bot.safety import PlainRequest, shipped_safety_check


def plain_request(text: str) -> PlainRequest | None:
    """``SafetyCheck.request`` with the shipped phrases."""
    return shipped_safety_check().request(text)
