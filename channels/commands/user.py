"""``fairway user``: staff accounts, and the first sign-in."""

from __future__ import annotations

from channels.settings import Settings


def first_sign_in_link(settings: Settings) -> str | None:
    """A one-time link to sign in to the desk, as long as there is no account yet."""
    return None
