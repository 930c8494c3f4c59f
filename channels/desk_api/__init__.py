"""The desk as a JSON API, for a contact centre's own platform."""

from channels.desk_api.routes import make_desk_api_router

__all__ = ["make_desk_api_router"]
