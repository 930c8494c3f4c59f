"""The desk: where contact-centre staff take over from the assistant."""

from channels.desk.frame import framed
from channels.desk.routes import make_desk_router

__all__ = ["framed", "make_desk_router"]
