"""Signing in: local accounts, one-time links, sessions, and who may go where.

``require(*roles)`` is the dependency of every staff route.
"""

from channels.auth.gate import current_staff, require, staff_token
from channels.auth.routes import make_auth_router

__all__ = ["current_staff", "make_auth_router", "require", "staff_token"]
