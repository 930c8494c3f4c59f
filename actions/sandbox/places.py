"""The council's libraries near a point."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from actions.gateways.geo import kilometres_between
from actions.sandbox.council import Council
from actions.sandbox.faults import failing
from actions.sandbox.libraries import Library

_SHOWN = ("id", "name", "address", "postcode", "latitude", "longitude", "opening")


def place_router(council: Council) -> APIRouter:
    """``GET /places?lat=&long=&limit=``: ``{"places": […]}``, nearest first."""
    router = APIRouter(dependencies=[Depends(failing(council, "places"))])

    @router.get("/places")
    def places(
        lat: Annotated[float, Query(ge=-90, le=90)],
        long: Annotated[float, Query(ge=-180, le=180)],
        limit: Annotated[int, Query(ge=1, le=50)] = 5,
    ) -> dict[str, object]:
        def distance(library: Library) -> float:
            return kilometres_between(lat, long, library.latitude, library.longitude)

        nearest = sorted(council.libraries, key=distance)[:limit]
        return {"places": [_place(library) for library in nearest]}

    return router


def _place(library: Library) -> dict[str, object]:
    # Nobody has said which of these buildings are step-free, so neither do we.
    return {key: asdict(library)[key] for key in _SHOWN} | {"step_free": None}
