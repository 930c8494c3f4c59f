"""Who is signed in, and who may go where: dependencies for every staff route."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from fastapi import HTTPException, Request

from bot.staff import Role, RoleMissing, Staff
from bot.stores.staff_sql import SqlStaffStore
from channels.auth.sign_in import who_is
from channels.pages import STAFF, cookie_name, wants_json
from channels.parts import Parts

SIGN_IN = "/sign-in"


def current_staff(request: Request) -> Staff | None:
    """Who is signed in on this browser, or None."""
    token = staff_token(request)
    if token is None:
        return None
    parts: Parts = request.app.state.parts
    found = who_is(SqlStaffStore(parts.engine), token, parts.turn.clock.now())
    return found[0] if found else None


def staff_token(request: Request) -> str | None:
    """The cookie of a signed-in browser, or None."""
    parts: Parts = request.app.state.parts
    return request.cookies.get(cookie_name(STAFF, parts.settings.secure))


def require(*roles: Role | str) -> Callable[[Request], Staff]:
    """A dependency that gives the signed-in member of staff with one of ``roles``.

    Nobody signed in: a page goes to sign-in, anything else gets 401. Signed in without
    such a role: RoleMissing (403).
    """
    wanted = frozenset(Role(role) for role in roles)

    def signed_in_staff(request: Request) -> Staff:
        staff = current_staff(request)
        if staff is None:
            raise _sign_in_needed(request)
        if not staff.roles & wanted:
            raise RoleMissing
        return staff

    return signed_in_staff


def _sign_in_needed(request: Request) -> HTTPException:
    page = "text/html" in request.headers.get("accept", "") and not wants_json(request)
    if not page:
        return HTTPException(401)
    return HTTPException(303, headers={"Location": sign_in_address(request)})


def sign_in_address(request: Request) -> str:
    """The sign-in page, which afterwards leads back to where a reading request was going."""
    if request.method != "GET":
        return SIGN_IN
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"{SIGN_IN}?next={quote(path, safe='')}"


def own_page(address: str) -> str | None:
    """``address`` if it is a page of ours for staff: a link must not lead elsewhere."""
    ours = address in ("/desk", "/audit", "/account", "/manager") or address.startswith(
        ("/desk/", "/desk?", "/audit/", "/manager/", "/manager?")
    )
    return address if ours and "\\" not in address and address.isprintable() else None
