"""How the APIs say in their OpenAPI what may go wrong; ``channels/pages/errors.py`` answers so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel


class ProblemOut(BaseModel):
    """Every error: a stable code, what happened in plain words, and what to do next."""

    error: str
    message: str
    what_next: str


def problems(told: Mapping[int, str]) -> dict[int | str, dict[str, Any]]:
    """FastAPI's ``responses`` for these statuses, each with when it is given."""
    return {status: {"model": ProblemOut, "description": why} for status, why in told.items()}
