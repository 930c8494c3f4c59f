"""What every gateway shares. The errors are re-exported here, where actions look for them."""

from __future__ import annotations

from actions.gateways.errors import (
    GatewayBusy,
    GatewayError,
    GatewayNonsense,
    GatewayRefused,
    GatewayUnavailable,
    PostcodeUnknown,
    SlotTaken,
)

__all__ = [
    "GatewayBusy",
    "GatewayError",
    "GatewayNonsense",
    "GatewayRefused",
    "GatewayUnavailable",
    "PostcodeUnknown",
    "SlotTaken",
]
