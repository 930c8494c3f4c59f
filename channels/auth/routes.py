"""The pages of signing in: user name and password, a one-time link, signing out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from bot.errors import BadInput
from bot.staff import AT_THE_DESK, SESSION_LONGEST, Role, Staff
from bot.stores.staff_sql import SqlStaffStore
from channels.auth.codes import TicketOld, Tickets, app_address, is_secret, new_secret
from channels.auth.gate import SIGN_IN, current_staff, own_page, require, staff_token
from channels.auth.oidc import Attempt, OpenIdProvider, ProviderAway
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
    sign_in_as,
    sign_in_with_code,
    sign_out,
)
from channels.auth.throttle import WINDOW, Throttle
from channels.pages import STAFF, Pages, check_csrf, cookie_name, set_cookie
from channels.parts import Parts
from channels.settings import Settings

Text = Annotated[str, Form()]
ATTEMPT = "fairway_attempt"
ATTEMPT_LASTS = 600  # seconds at the provider's pages
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
    pages, secure = Pages(parts), parts.settings.secure
    provider = provider_in(parts.settings)
    desk = _SignInDesk(pages, sign_in_parts, secure, provider is not None)
    key = parts.settings.secrets.session_secret
    elsewhere = _SignInElsewhere(desk, sign_in_parts, provider, key, secure)
    router.add_api_route("/sign-in/council/go", elsewhere.go, methods=["GET"])
    router.add_api_route("/sign-in/council", elsewhere.come_back, methods=["GET"])
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

    def __init__(
        self, pages: Pages, parts: SignInParts, secure: bool, has_provider: bool = False
    ) -> None:
        self._pages, self._parts, self._secure = pages, parts, secure
        self._has_provider = has_provider

    def ask(self, request: Request, next: str = "", out: str = "") -> Response:
        """The sign-in page, or the desk for someone who is signed in already."""
        staff = current_staff(request)
        if staff is not None:
            return RedirectResponse(home_of(staff), 303)
        return self.sign_in_page(request, next=next, signed_out=bool(out))

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
            page = self.sign_in_page(request, 429, username, next, str(error))
            page.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
            return page
        except BadInput as error:
            return self.sign_in_page(request, 422, username, next, str(error))
        if isinstance(signed_in, CodeWanted):
            return self._code_page(request, signed_in.ticket, next)
        return self.let_in(signed_in, next)

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
            return self.sign_in_page(request, status, next=next, error=str(error))
        return self.let_in(signed_in, next)

    def account(self, request: Request, who: Anyone) -> Response:
        """One's own account: whether sign-in wants a code."""
        return self._account_page(request, who)

    def codes(
        self,
        request: Request,
        who: Anyone,
        secret: Text = "",
        code: Text = "",
        old_code: Text = "",
    ) -> Response:
        """Begin to want codes, want those of another app, or stop."""
        address = request.client.host if request.client else ""
        try:
            if secret and not is_secret(secret):
                raise CodeWrong
            set_code(self._parts, who, secret or None, code, old_code, address)
        except CodeWrong as error:
            return self._account_page(request, who, 422, str(error), secret)
        except SignInTooOften as error:
            page = self._account_page(request, who, 429, str(error), secret)
            page.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
            return page
        return RedirectResponse("/account", 303)

    def ask_for_password(self, request: Request, token: str) -> Response:
        """The page to choose a password. Looking at it does not spend the link: mail scanners
        look too."""
        try:
            owner = link_owner(self._parts, token)
        except LinkSpent as error:
            return self.sign_in_page(request, 410, error=str(error))
        return self._password_page(request, owner)

    def set_password(
        self, request: Request, token: str, password: Text = "", name: Text = ""
    ) -> Response:
        """Set the password and let its owner in."""
        try:
            signed_in = choose_password(self._parts, token, password, name, staff_token(request))
            return self.let_in(signed_in)
        except LinkSpent as error:
            return self.sign_in_page(request, 410, error=str(error))
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

    def let_in(self, signed_in: SignedIn, wanted: str = "") -> Response:
        """Go on with the cookie of a new session."""
        response = RedirectResponse(own_page(wanted) or home_of(signed_in.staff), 303)
        seconds = int(SESSION_LONGEST.total_seconds())
        set_cookie(response, STAFF, signed_in.token, secure=self._secure, seconds=seconds)
        return response

    def sign_in_page(
        self,
        request: Request,
        status: int = 200,
        username: str = "",
        next: str = "",
        error: str = "",
        signed_out: bool = False,
    ) -> Response:
        """The page with both ways in, and what was wrong."""
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
            has_provider=self._has_provider,
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
            was_new=bool(secret),
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


class _SignInElsewhere:
    """Signing in with the council's own provider."""

    def __init__(
        self,
        desk: _SignInDesk,
        parts: SignInParts,
        provider: OpenIdProvider | None,
        key: str,
        secure: bool,
    ) -> None:
        self._desk, self._parts, self._provider = desk, parts, provider
        self._key, self._secure = key, secure

    def go(self, request: Request, next: str = "") -> Response:
        """To the provider. A link and no form: our pages let no form lead to another site."""
        try:
            address, attempt = self._there().begin(own_page(next) or "")
        except ProviderAway as error:
            return self._desk.sign_in_page(request, 503, error=str(error))
        response = RedirectResponse(address, 303)
        self._remember(response, attempt.pack(self._key), ATTEMPT_LASTS)
        return response

    def come_back(self, request: Request) -> Response:
        """From the provider, with its answer in the address."""
        there = self._there()
        held = request.cookies.get(cookie_name(ATTEMPT, self._secure), "")
        try:
            attempt = Attempt.unpack(held, self._key)
            username = there.finish(str(request.url), attempt)
            signed_in = sign_in_as(self._parts, username, staff_token(request))
        except ProviderAway as error:
            return self._desk.sign_in_page(request, 503, error=str(error))
        except BadInput as error:
            return self._desk.sign_in_page(request, 403, error=str(error))
        response = self._desk.let_in(signed_in, attempt.next)
        self._remember(response, "", 0)
        return response

    def _there(self) -> OpenIdProvider:
        if self._provider is None:
            raise HTTPException(404)
        return self._provider

    def _remember(self, response: Response, value: str, seconds: int) -> None:
        set_cookie(response, ATTEMPT, value, secure=self._secure, seconds=seconds)


def provider_in(settings: Settings) -> OpenIdProvider | None:
    """The provider that the settings name, or None."""
    if not settings.oidc_issuer:
        return None
    return OpenIdProvider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
        f"{settings.public_url}/sign-in/council",
        settings.oidc_claim,
    )


def home_of(staff: Staff) -> str:
    """Where someone starts: the desk, or the audit for those who have no place at it."""
    return "/desk" if staff.has(*AT_THE_DESK) else "/audit"
