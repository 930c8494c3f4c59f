"""Twilio: any alphabet; its webhooks are signed with the account's token."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from bot.errors import DeliveryError, DeliveryRefused, DeliveryUnavailable
from channels.sms.providers.base import TIMEOUT, NumberStopped, SmsProvider

URL = "https://api.twilio.com"
STOPPED = 21610  # sent to a number that has said STOP to Twilio


class TwilioProvider(SmsProvider):
    """A Twilio account and the number it sends from."""

    name = "twilio"

    def __init__(self, account_sid: str, auth_token: str, number: str, url: str = "") -> None:
        http = _Http(url or URL)
        self._client = Client(account_sid, auth_token, http_client=http)
        self._number = number

    def _send(self, number: str, text: str, reference: str) -> str:
        message = self._client.messages.create(to=f"+{number}", from_=self._number, body=text)
        return str(message.sid)

    def _as_ours(self, error: Exception) -> DeliveryError:
        if not isinstance(error, TwilioRestException):
            return DeliveryUnavailable(f"twilio: {type(error).__name__}")
        if error.code == STOPPED:
            return NumberStopped()
        if error.status == 400:
            return DeliveryRefused(f"twilio: {error.code}")
        return DeliveryUnavailable(f"twilio: {error.status}")


class _Http(TwilioHttpClient):  # type: ignore[misc]
    """Twilio's own client, silent (it logs numbers), at an address of our choice."""

    def __init__(self, url: str) -> None:
        silent = logging.getLogger("channels.sms.twilio_http")
        silent.setLevel(logging.CRITICAL)
        super().__init__(timeout=TIMEOUT, logger=silent)
        self._url = url.rstrip("/")

    def request(self, method: str, url: str, *args: Any, **rest: Any) -> Any:
        return super().request(method, url.replace(URL, self._url, 1), *args, **rest)


def is_signed(auth_token: str, url: str, form: Mapping[str, str], signature: str) -> bool:
    """Whether Twilio signed this webhook. ``url`` is the one Twilio called. Constant time."""
    if not auth_token or not signature:
        return False
    return bool(RequestValidator(auth_token).validate(url, dict(form), signature))
