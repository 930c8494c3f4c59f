"""The service manager's pages: what the assistant learns from, decides by and knows."""

from channels.manager.routes import make_manager_router
from channels.manager.tools import ManagerTools

__all__ = ["ManagerTools", "make_manager_router"]
