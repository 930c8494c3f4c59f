"""The pages of signing in: user name and password, a one-time link, signing out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from bot.errors import BadInput
from bot.staff import AT_THE_DESK, SESSION_LONGEST, Role, Staff
from bot.stores.staff_sql import SqlStaffStore
from channels.auth.codes import TicketOld, Tickets, app_address, is_secret, new_secret
from channels.auth.gate import SIGN_IN, current_staff, own_page, require, staff_token
from channels.auth.passwords import LONGEST, SHORTEST, Passwords
from channels.auth.sign_in import (
    CodeWanted,
    CodeWrong,
    LinkSpent,
    SignedIn,
    SignInParts,
    SignInTooOften,
    choose_password,
    link_owner,
    set_code,
    sign_in,
    sign_in_with_code,
    sign_out,
)
from channels.auth.throttle import WINDOW, Throttle
from channels.pages import STAFF, Pages, check_csrf, set_cookie
from channels.parts import Parts

Text = Annotated[str, Form()]
Anyone = Annotated[Staff, Depends(require(*Role))]
SAFE = [Depends(check_csrf)]


def make_auth_router(parts: Parts) -> APIRouter:
    """Sign-in pages, ready to be included in the app."""
    router = APIRouter(include_in_schema=False)
    sign_in_parts = SignInParts(
        store=SqlStaffStore(parts.engine),
        clock=parts.turn.clock,
        passwords=Passwords(),
        throttle=Throttle(parts.turn.clock.now),
        tickets=Tickets(parts.settings.secrets.session_secret),
    )
    desk = _SignInDesk(Pages(parts), sign_in_parts, parts.settings.secure)
    link = f"{SIGN_IN}/link/{{token}}"
    router.add_api_route(SIGN_IN, desk.ask, methods=["GET"])
    router.add_api_route(SIGN_IN, desk.enter, methods=["POST"], dependencies=SAFE)
    router.add_api_route(f"{SIGN_IN}/code", desk.enter_code, methods=["POST"], dependencies=SAFE)
    router.add_api_route("/account", desk.account, methods=["GET"])
    router.add_api_route("/account/codes", desk.codes, methods=["POST"], dependencies=SAFE)
    router.add_api_route(link, desk.ask_for_password, methods=["GET"])
    router.add_api_route(link, desk.set_password, methods=["POST"], dependencies=SAFE)
    router.add_api_route("/sign-out", desk.leave, methods=["POST"], dependencies=SAFE)
    return router


class _SignInDesk:
    """The routes. Plain functions in the thread pool: hashing takes its time."""

    def __init__(self, pages: Pages, parts: SignInParts, secure: bool) -> None:
        self._pages, self._parts, self._secure = pages, parts, secure

    def ask(self, request: Request, next: str = "", out: str = "") -> Response:
        """The sign-in page, or the desk for someone who is signed in already."""
        staff = current_staff(request)
        if staff is not None:
            return RedirectResponse(home_of(staff), 303)
        return self._sign_in_page(request, next=next, signed_out=bool(out))

    def enter(
        self, request: Request, username: Text = "", password: Text = "", next: Text = ""
    ) -> Response:
        """Sign in, or say what is wrong without saying which of the two."""
        address = request.client.host if request.client else ""
        try:
            signed_in = sign_in(
                self._parts, username, password[: LONGEST * 2], address, staff_token(request)
            )
        except SignInTooOften as error:
            page = self._sign_in_page(request, 429, username, next, str(error))
            page.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
            return page
        except BadInput as error:
            return self._sign_in_page(request, 422, username, next, str(error))
        if isinstance(signed_in, CodeWanted):
            return self._code_page(request, signed_in.ticket, next)
        return self._let_in(signed_in, next)

    def enter_code(
        self, request: Request, ticket: Text = "", code: Text = "", next: Text = ""
    ) -> Response:
        """The second step: a code of the authenticator app."""
        address = request.client.host if request.client else ""
        try:
            signed_in = sign_in_with_code(self._parts, ticket, code, address, staff_token(request))
        except CodeWrong as error:
            return self._code_page(request, ticket, next, 422, str(error))
        except (TicketOld, SignInTooOften) as error:
            status = 429 if isinstance(error, SignInTooOften) else 410
            return self._sign_in_page(request, status, next=next, error=str(error))
        return self._let_in(signed_in, next)

    def account(self, request: Request, who: Anyone) -> Response:
        """One's own account: whether sign-in wants a code."""
        return self._account_page(request, who)

    def codes(self, request: Request, who: Anyone, secret: Text = "", code: Text = "") -> Response:
        """Begin to want codes, or stop."""
        try:
            if secret and not is_secret(secret):
                raise CodeWrong
            set_code(self._parts, who, secret or None, code)
        except CodeWrong as error:
            return self._account_page(request, who, 422, str(error), secret)
        return RedirectResponse("/account", 303)

    def ask_for_password(self, request: Request, token: str) -> Response:
        """The page to choose a password. Looking at it does not spend the link: mail scanners
        look too."""
        try:
            owner = link_owner(self._parts, token)
        except LinkSpent as error:
            return self._sign_in_page(request, 410, error=str(error))
        return self._password_page(request, owner)

    def set_password(
        self, request: Request, token: str, password: Text = "", name: Text = ""
    ) -> Response:
        """Set the password and let its owner in."""
        try:
            signed_in = choose_password(self._parts, token, password, name, staff_token(request))
            return self._let_in(signed_in)
        except LinkSpent as error:
            return self._sign_in_page(request, 410, error=str(error))
        except BadInput as error:
            owner = link_owner(self._parts, token)
            return self._password_page(request, owner, 422, str(error), name)

    def leave(self, request: Request) -> Response:
        """Sign out."""
        token = staff_token(request)
        if token is not None:
            sign_out(self._parts, token)
        response = RedirectResponse(f"{SIGN_IN}?out=1", 303)
        set_cookie(response, STAFF, "", secure=self._secure, seconds=0)
        return response

    def _let_in(self, signed_in: SignedIn, wanted: str = "") -> Response:
        response = RedirectResponse(own_page(wanted) or home_of(signed_in.staff), 303)
        seconds = int(SESSION_LONGEST.total_seconds())
        set_cookie(response, STAFF, signed_in.token, secure=self._secure, seconds=seconds)
        return response

    def _sign_in_page(
        self,
        request: Request,
        status: int = 200,
        username: str = "",
        next: str = "",
        error: str = "",
        signed_out: bool = False,
    ) -> Response:
        return self._pages.render(
            request,
            "sign_in.html",
            status=status,
            lang="en",
            show_languages=False,
            username=username[:80],
            next=own_page(next) or "",
            error=error,
            signed_out=signed_out,
        )

    def _code_page(
        self, request: Request, ticket: str, next: str, status: int = 200, error: str = ""
    ) -> Response:
        return self._pages.render(
            request,
            "sign_in_code.html",
            status=status,
            lang="en",
            show_languages=False,
            ticket=ticket,
            next=own_page(next) or "",
            error=error,
        )

    def _account_page(
        self, request: Request, who: Staff, status: int = 200, error: str = "", secret: str = ""
    ) -> Response:
        made = secret if is_secret(secret) else new_secret()
        return self._pages.render(
            request,
            "account.html",
            status=status,
            lang="en",
            show_languages=False,
            who=who,
            home=home_of(who),
            secret=made,
            address=app_address(made, who.username, self._pages.council_name),
            error=error,
        )

    def _password_page(
        self, request: Request, owner: Staff, status: int = 200, error: str = "", name: str = ""
    ) -> Response:
        return self._pages.render(
            request,
            "choose_password.html",
            status=status,
            lang="en",
            show_languages=False,
            owner=owner,
            shown_name=name or owner.name,
            shortest=SHORTEST,
            error=error,
        )


def home_of(staff: Staff) -> str:
    """Where someone starts: the desk, or the audit for those who have no place at it."""
    return "/desk" if staff.has(*AT_THE_DESK) else "/audit"
