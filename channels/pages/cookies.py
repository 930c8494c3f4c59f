"""The few cookies there are, and how each is set."""

from __future__ import annotations

from starlette.responses import Response

CHAT, STAFF, LANGUAGE = "fairway_chat", "fairway_staff", "fairway_language"
NEEDS = "fairway_needs"
"""Opens the last chat of somebody who wants us to know what they need next time too."""


def cookie_name(name: str, secure: bool) -> str:
    """``name`` as the browser keeps it: over https the prefix ties it to this host."""
    return f"__Host-{name}" if secure else name


def set_cookie(
    response: Response,
    name: str,
    value: str,
    *,
    secure: bool,
    seconds: int | None,
    framed: bool = False,
) -> None:
    """Set (or with ``seconds=0`` take away) a cookie that scripts cannot read.

    ``framed``: it must work in a frame on the council's other sites. Then it is kept apart by
    the site around it (Partitioned), so that it still tells no site about another.
    """
    response.set_cookie(
        cookie_name(name, secure),
        value,
        max_age=seconds,
        path="/",
        secure=secure,
        httponly=True,
        samesite="none" if framed and secure else "lax",
    )
    if framed and secure:
        name_in_header, last = b"set-cookie", response.raw_headers.pop()
        response.raw_headers.append((name_in_header, last[1] + b"; Partitioned"))
