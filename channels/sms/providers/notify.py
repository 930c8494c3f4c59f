"""GOV.UK Notify: texts through a template whose whole text is ``((message))``."""

from __future__ import annotations

import logging
import unicodedata
from typing import Any

from notifications_python_client.errors import HTTPError
from notifications_python_client.notifications import NotificationsAPIClient

from bot.errors import DeliveryError, DeliveryRefused, DeliveryUnavailable
from channels.sms.providers.base import TIMEOUT, SmsProvider

URL = "https://api.notifications.service.gov.uk"

STATUSES = {
    "created": "sending",
    "sending": "sending",
    "pending": "sending",
    "sent": "sent",
    "delivered": "delivered",
    "permanent-failure": "refused",
    "temporary-failure": "failed",
    "technical-failure": "failed",
}
"""Notify's word for what became of a text → ours."""


class NotifyProvider(SmsProvider):
    """A GOV.UK Notify service. Not for several threads at once: its client is not."""

    name = "notify"

    def __init__(self, api_key: str, template_id: str, url: str = "") -> None:
        logging.getLogger("notifications_python_client").setLevel(logging.ERROR)
        client: Any = NotificationsAPIClient  # has no types
        self._client = client(api_key, base_url=url or URL, timeout=TIMEOUT)
        self._template_id = template_id

    def carries(self, text: str) -> bool:
        return survives_notify(text)

    def _send(self, number: str, text: str, reference: str) -> str:
        if not survives_notify(text):
            raise DeliveryRefused("Notify would turn this alphabet into question marks.")
        answer = self._client.send_sms_notification(
            phone_number=f"+{number}",
            template_id=self._template_id,
            personalisation={"message": text},
            reference=reference,
        )
        return str(answer["id"])

    def _as_ours(self, error: Exception) -> DeliveryError:
        status = error.status_code if isinstance(error, HTTPError) else 0
        if status == 400:  # a number that cannot be texted; 403 is our key, to be mended
            return DeliveryRefused(f"notify: {status}")
        return DeliveryUnavailable(f"notify: {status or type(error).__name__}")


def survives_notify(text: str) -> bool:
    """Whether every letter is Latin: Notify sends other alphabets as ``?``."""
    return all(
        "LATIN" in unicodedata.name(c, "LATIN") for c in text if c.isalpha() and c not in _GREEK
    )


_GREEK = frozenset("ΔΦΓΛΩΠΨΣΘΞ")  # in the phones' own alphabet
