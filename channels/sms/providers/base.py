"""What every provider has in common: time it, log it, say in our words what went wrong."""

from __future__ import annotations

import logging
import time
from abc import ABC, abstractmethod
from typing import ClassVar

from bot.errors import DeliveryError, DeliveryUnavailable

log = logging.getLogger(__name__)
TIMEOUT = 10.0  # seconds for one text


class NumberStopped(DeliveryError):
    """The provider says that this number has asked for no more texts."""


class SmsProvider(ABC):
    """Hands texts to a network. A subclass writes only the call and its errors."""

    name: ClassVar[str]
    keeps_text: ClassVar[bool] = False
    """Whether the text itself is kept in the log of texts, for want of a network."""

    def carries(self, text: str) -> bool:
        """Whether ``text`` arrives as it is written: some networks destroy other alphabets."""
        return True

    def send(self, number: str, text: str, reference: str) -> str:
        """Hand over one text; the provider's id for it. ``number`` in digits.

        Raises DeliveryRefused (never again), NumberStopped, DeliveryUnavailable (later).
        A time-out may have come after the text was taken: then it is sent twice.
        """
        started, ending = time.monotonic(), "sent"
        try:
            return self._send(number, text, reference)
        except Exception as error:
            ours = error if isinstance(error, DeliveryError) else self._as_ours(error)
            ending = ours.code
            raise ours from error
        finally:  # neither number nor text: logs are no place for them
            took = (time.monotonic() - started) * 1000
            log.info("text %s by %s: %s in %.0f ms", reference, self.name, ending, took)

    @abstractmethod
    def _send(self, number: str, text: str, reference: str) -> str:
        """Hand over one text; the provider's id for it."""

    def _as_ours(self, error: Exception) -> DeliveryError:
        """An error of the provider's library as one of ours."""
        return DeliveryUnavailable(f"{self.name}: {type(error).__name__}")
