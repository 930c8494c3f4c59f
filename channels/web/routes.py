"""Everything the web serves, in one router."""

from __future__ import annotations

from fastapi import APIRouter

from channels.pages import Pages
from channels.parts import Parts
from channels.web.about import make_about_router
from channels.web.about_you import make_about_you_router
from channels.web.api import make_api_router
from channels.web.chat import make_chat_router
from channels.web.feedback import make_feedback_router
from channels.web.health import make_health_router
from channels.web.move import make_move_router
from channels.web.photo_routes import make_photo_router
from channels.web.talk import Talk
from channels.web.widget import make_widget_router


def make_web_router(parts: Parts) -> APIRouter:
    """Chat page, API, help pages and health, ready to be included in the app."""
    limiter = parts.limiter
    pages, talk = Pages(parts), Talk(parts, limiter)
    router = APIRouter()
    router.include_router(make_chat_router(parts, pages, talk))
    router.include_router(make_api_router(parts, pages, talk))
    router.include_router(make_about_router(parts, pages, talk))
    router.include_router(make_about_you_router(parts, pages, talk))
    router.include_router(make_feedback_router(parts, talk))
    router.include_router(make_move_router(parts, pages, talk, limiter))
    router.include_router(make_photo_router(parts, pages, talk, limiter))
    router.include_router(make_widget_router(parts))
    router.include_router(make_health_router(parts))
    return router
