"""Every way a council system can let us down.

GatewayError
├── GatewayUnavailable     down, too slow, or a 5xx answer: try again later, offer another way
│   ├── GatewaySlow        no answer within the time limit
│   ├── GatewayBusy        it asked us to slow down (429); ``retry_after`` is in seconds
│   ├── GatewayResting     it has just failed so often that it is left alone for a moment
│   └── GatewayOff         somebody has switched the service off
├── GatewayRefused         it understood and said no (4xx), with its own code and words
│   ├── PostcodeUnknown    there is no such postcode, or it is not shaped like one
│   └── SlotTaken          someone else has just booked that appointment
└── GatewayNonsense        it answered, but the answer cannot be read or cannot be true
"""

from __future__ import annotations

from bot.errors import FairwayError


class GatewayError(FairwayError):
    """A council system could not help. Offer the citizen another way."""


class GatewayUnavailable(GatewayError):
    """A council system is not answering. Try again later or offer another way."""


class GatewaySlow(GatewayUnavailable):
    """A council system is too slow to wait for. Try again later or offer another way."""


class GatewayBusy(GatewayUnavailable):
    """A council system asked us to slow down. Try again later or offer another way."""

    def __init__(self, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__()


class GatewayResting(GatewayUnavailable):
    """A council system has failed too often just now. Try again later or offer another way."""


class GatewayOff(GatewayUnavailable):
    """This service is switched off. Offer another way."""


class GatewayRefused(GatewayError):
    """A council system said no. Its own reason says what to change."""

    def __init__(self, code: str, description: str, status: int | None = None) -> None:
        """``code`` and ``description`` are the system's own; kept as ``their_code`` because
        ``code`` is the name every Fairway error already has for itself."""
        self.their_code, self.description, self.status = code, description, status
        super().__init__(f"{code}: {description}" if description else code)


class PostcodeUnknown(GatewayRefused):
    """That postcode is not known. Check it, or give a street and town."""

    def __init__(self, postcode: str, *, malformed: bool = False) -> None:
        self.postcode, self.malformed = postcode, malformed
        super().__init__("404", "Invalid postcode" if malformed else "Postcode not found", 404)


class SlotTaken(GatewayRefused):
    """That appointment has just gone. Please pick another one."""

    def __init__(self, slot_id: str) -> None:
        self.slot_id = slot_id
        super().__init__("slot_taken", "That appointment has just gone", 409)


class GatewayNonsense(GatewayError):
    """A council system answered with something that cannot be right, so it is not passed on."""
