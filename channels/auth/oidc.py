"""Sign in with the council's own OpenID provider (Entra ID, Google Workspace, Keycloak, …).

Authorization code with PKCE, state and nonce. Who comes back must already have an account here
under the name that the provider's claim tells: the provider says who somebody is, Fairway says
what they may do.
"""

from __future__ import annotations

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bot.errors import BadInput, FairwayError

ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Signed by the provider's own key; never with ours, and never unsigned."""
SECONDS = 10
LEEWAY = 60  # seconds between the provider's clock and ours


class ProviderAway(FairwayError):
    """The sign-in of the council is not answering. Use your password, or try again in a moment."""


class ProviderRefused(BadInput):
    """The council's sign-in did not say who you are. Try again, or use your password."""


@dataclass(frozen=True)
class Attempt:
    """What has to come back with the answer; kept in the browser for the minutes it takes."""

    state: str
    nonce: str
    verifier: str
    next: str

    def pack(self, key: str) -> str:
        """As a cookie, signed."""
        told = urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()
        return f"{told}.{_sign(told, key)}"

    @classmethod
    def unpack(cls, cookie: str, key: str) -> Attempt:
        """What ``pack`` made. Raises ProviderRefused when it is not ours."""
        told, _, signature = cookie.partition(".")
        if not hmac.compare_digest(signature.encode(), _sign(told, key).encode()):
            raise ProviderRefused
        return cls(**json.loads(urlsafe_b64decode(told)))


@dataclass(frozen=True)
class OpenIdProvider:
    """One provider. ``claim`` names what holds the user name, such as ``email``."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    claim: str = "email"

    def begin(self, next: str) -> tuple[str, Attempt]:
        """Where to send the browser, and what to remember. Raises ProviderAway."""
        attempt = Attempt(
            secrets.token_urlsafe(24),
            secrets.token_urlsafe(24),
            secrets.token_urlsafe(48),
            next,
        )
        with self._session() as session:
            place = self._known(session)["authorization_endpoint"]
            address, _ = session.create_authorization_url(
                place, state=attempt.state, code_verifier=attempt.verifier, nonce=attempt.nonce
            )
        return address, attempt

    def finish(self, answer: str, attempt: Attempt) -> str:
        """The user name in the provider's answer, the whole address the browser came back to.

        Raises ProviderAway, ProviderRefused.
        """
        with self._session() as session:
            known = self._known(session)
            try:
                told = session.fetch_token(
                    known["token_endpoint"],
                    authorization_response=answer,
                    state=attempt.state,
                    code_verifier=attempt.verifier,
                    timeout=SECONDS,
                )
                keys = session.get(known["jwks_uri"], withhold_token=True, timeout=SECONDS).json()
            except requests.RequestException as error:
                raise ProviderAway from error
            except (AuthlibBaseError, ValueError, KeyError) as error:
                raise ProviderRefused from error
        return self._name_in(self._claims(str(told.get("id_token")), keys, attempt))

    def _claims(self, token: str, keys: Any, attempt: Attempt) -> Mapping[str, Any]:
        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.client_id},
            nonce={"essential": True, "value": attempt.nonce},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims
            rules.validate(claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderRefused from error
        return claims

    def _name_in(self, claims: Mapping[str, Any]) -> str:
        name = str(claims.get(self.claim) or "")
        unsure = self.claim == "email" and claims.get("email_verified") is False
        if not name or unsure:
            raise ProviderRefused
        return name

    def _session(self) -> OAuth2Session:
        session = OAuth2Session(
            self.client_id,
            self.client_secret,
            scope="openid email profile",
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
        )
        session.trust_env = False
        return session

    def _known(self, session: OAuth2Session) -> Mapping[str, str]:
        """The provider's own description. It has to call itself what we call it."""
        address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            answer = session.get(address, withhold_token=True, timeout=SECONDS)
            answer.raise_for_status()
            known: Mapping[str, str] = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise ProviderAway from error
        wanted = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
        if any(name not in known for name in wanted) or known["issuer"] != self.issuer:
            raise ProviderAway
        return known


def _sign(told: str, key: str) -> str:
    return hmac.new(f"openid attempt {key}".encode(), told.encode(), "sha256").hexdigest()
