"""The sandbox council: a small council that does not exist, for trying Fairway out.

It speaks what real councils' systems speak (Open311 GeoReport v2, postcodes.io, bin days,
appointments) and keeps what it is told. ``create_sandbox`` is the way in.
"""

from actions.sandbox.app import create_sandbox

__all__ = ["create_sandbox"]
