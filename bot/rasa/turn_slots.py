"""Carries the slots of a turn from where Rasa saves them to where the connector answers."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

slots_of_turn: ContextVar[dict[str, Any] | None] = ContextVar("slots_of_turn", default=None)
"""A dictionary the connector puts here and the tracker store fills; None outside a turn."""
