"""The service manager's pages, under /manager."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from channels.manager.base import Bench
from channels.manager.card_pages import CardPages
from channels.manager.gap_pages import GapPages
from channels.manager.learn_pages import LearnPages
from channels.manager.model_pages import ModelPages
from channels.manager.policy_pages import PolicyPages
from channels.manager.tools import ManagerTools
from channels.pages import Pages, check_csrf
from channels.parts import Parts


def make_manager_router(parts: Parts, tools: ManagerTools) -> APIRouter:
    """The pages, ready to be included in the app."""
    bench = Bench(parts, Pages(parts), tools)
    learn, models, policy = LearnPages(bench), ModelPages(bench), PolicyPages(bench)
    gaps, cards = GapPages(bench), CardPages(bench)
    router = APIRouter(prefix="/manager", include_in_schema=False)
    for path, look in (
        ("", learn.show),
        ("/models", models.show),
        ("/policy", policy.show),
        ("/gaps", gaps.show),
        ("/open-data/{month}.csv", gaps.month),
        ("/services", cards.show),
        ("/services/{service}", cards.edit),
    ):
        router.add_api_route(path, look, methods=["GET"])
    for path, act in (
        ("/phrases", learn.look),
        ("/phrases/drop", learn.drop),
        ("/models/live", models.activate),
        ("/policy/file", policy.read_file),
        ("/policy/try", policy.try_),
        ("/policy/live", policy.activate),
        ("/services/{service}", cards.keep),
        ("/services/{service}/confirm", cards.confirm),
    ):
        router.add_api_route(path, act, methods=["POST"], dependencies=[Depends(check_csrf)])
    return router
