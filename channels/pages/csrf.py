"""Forms may be sent from our own pages only.

Two checks, each enough on its own in an honest browser: where the request comes from
(``Sec-Fetch-Site``, else ``Origin``), and a token in the form that only our page can hold.
The token is an HMAC over the session's cookie with a fresh nonce, so that a compressed page
never repeats it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request

from bot.errors import BadInput
from channels.pages.cookies import CHAT, STAFF, cookie_name
from channels.settings import Settings

FIELD, HEADER = "csrf", "x-csrf-token"


class ForeignOrigin(BadInput):
    """That came from another website. Please use our own page."""


class FormStale(BadInput):
    """This page was out of date. Please load it again and send the form once more."""


@dataclass(frozen=True)
class Csrf:
    """Makes and checks tokens. ``origin`` is the scheme, host and port citizens see."""

    secret: bytes
    origin: str
    secure: bool

    @classmethod
    def of(cls, settings: Settings) -> Csrf:
        """The checker for these settings."""
        return cls(
            settings.secrets.session_secret.encode(), _origin(settings.public_url), settings.secure
        )

    def token(self, request: Request) -> str:
        """A token for a form on the page about to be drawn."""
        nonce = secrets.token_hex(8)
        return f"{nonce}.{self._sign(nonce, self._session(request))}"

    def check(self, request: Request, token: str) -> None:
        """Raises FormStale when ``token`` is not of this browser's session."""
        nonce, _, signature = token.partition(".")
        wanted = self._sign(nonce, self._session(request))
        if not hmac.compare_digest(signature.encode(), wanted.encode()):
            raise FormStale

    def check_origin(self, request: Request) -> None:
        """Raises ForeignOrigin when another website's page made the browser send this."""
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            if site not in ("same-origin", "none"):
                raise ForeignOrigin
            return
        origin = request.headers.get("origin")
        own = (self.origin, f"{request.url.scheme}://{request.url.netloc}")
        if origin is not None and origin not in own:
            raise ForeignOrigin

    def _session(self, request: Request) -> str:
        names = (cookie_name(STAFF, self.secure), cookie_name(CHAT, self.secure))
        return next((request.cookies[n] for n in names if n in request.cookies), "")

    def _sign(self, nonce: str, session: str) -> str:
        return hmac.new(self.secret, f"{nonce}|{session}".encode(), hashlib.sha256).hexdigest()


async def check_csrf(request: Request) -> AsyncIterator[None]:
    """A dependency for every route that takes a form: origin and token are ours.

    Raises ForeignOrigin, FormStale. The token is in the form's ``csrf`` field or in the
    ``X-CSRF-Token`` header. What the form brought is closed when the answer is made.
    """
    try:
        await check_form(request)
        yield
    finally:
        await request.close()


async def check_form(request: Request) -> None:
    """What check_csrf checks, for who closes the request. Raises ForeignOrigin, FormStale."""
    csrf: Csrf = request.app.state.csrf
    csrf.check_origin(request)
    token = request.headers.get(HEADER)
    if token is None:
        field = (await request.form()).get(FIELD)
        token = field if isinstance(field, str) else ""
    csrf.check(request, token)


def check_origin(request: Request) -> None:
    """A dependency for streams and other reads with a cookie. Raises ForeignOrigin."""
    csrf: Csrf = request.app.state.csrf
    csrf.check_origin(request)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
