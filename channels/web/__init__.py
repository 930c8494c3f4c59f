"""The web: a chat page that works with JavaScript off, a JSON API, health and help pages."""

from channels.web.routes import make_web_router

__all__ = ["make_web_router"]
