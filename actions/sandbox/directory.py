"""Groups and services near a place, as Open Referral UK 3.0 and, beside it, as 1.x."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from actions.gateways.geo import kilometres_between
from actions.gateways.postcodes import tidy_postcode
from actions.sandbox.council import Council
from actions.sandbox.faults import failing

Rows = list[dict[str, Any]]


def directory_router(council: Council, path: Path) -> APIRouter:
    """``/directory`` speaks 3.0, ``/directory-1`` the older 1.x, about the same services."""
    router = APIRouter(dependencies=[Depends(failing(council, "directory"))])
    services: Rows = json.loads(path.read_text("utf-8"))["services"]
    rows = [_at_location(council, service) for service in services]

    @router.get("/directory")
    def about() -> dict[str, str]:
        return {"version": "HSDS-UK-3.0", "profile": "https://openreferraluk.org"}

    @router.get("/directory/service_at_locations")
    def at_locations(
        postcode: str = "",
        proximity: Annotated[int, Query(ge=1)] = 1_000_000,
        page: Annotated[int, Query(ge=1)] = 1,
        per_page: Annotated[int, Query(ge=1, le=100)] = 10,
    ) -> JSONResponse:
        near = _near(council, rows, postcode, proximity)
        return JSONResponse(_envelope(near, page, per_page))

    @router.get("/directory-1/services")
    def old_services(
        postcode: str = "",
        proximity: Annotated[int, Query(ge=1)] = 1_000_000,
        page: Annotated[int, Query(ge=1)] = 1,
        per_page: Annotated[int, Query(ge=1, le=100)] = 10,
    ) -> JSONResponse:
        near = [_as_1x(row) for row in _near(council, rows, postcode, proximity)]
        return JSONResponse(_old_envelope(near, page, per_page))

    return router


def _at_location(council: Council, service: Mapping[str, Any]) -> dict[str, Any]:
    library = next(one for one in council.libraries if one.id == service["at"])
    location = {
        "id": f"loc-{library.id}",
        "location_type": "physical",
        "name": library.name,
        "latitude": library.latitude,
        "longitude": library.longitude,
        "addresses": [{"address_1": library.address, "postal_code": library.postcode}],
        "accessibility": service.get("accessibility", []),
    }
    schedules = [
        {"freq": "WEEKLY", "dtstart": date(2024, 1, 1).isoformat(), **times}
        for times in service["times"]
    ]
    inner = {
        "id": service["id"],
        "name": service["name"],
        "description": service["description"],
        "status": service.get("status", "active"),
        "organization": {"id": f"org-{service['id']}", "name": service["organisation"]},
        "phones": [{"number": service["phone"]}] if service.get("phone") else [],
        "schedules": schedules,
    }
    return {"id": f"at-{service['id']}", "service": inner, "location": location}


def _near(council: Council, rows: Rows, postcode: str, metres: int) -> Rows:
    home = next((o for o in council.libraries if o.postcode == tidy_postcode(postcode)), None)
    if home is None:
        return rows

    def away(row: Mapping[str, Any]) -> float:
        place = row["location"]
        here = (home.latitude, home.longitude)
        return 1000 * kilometres_between(*here, place["latitude"], place["longitude"])

    return sorted((row for row in rows if away(row) <= metres), key=away)


def _envelope(rows: Rows, page: int, size: int) -> dict[str, object]:
    pages = max(1, -(-len(rows) // size))
    return {
        "total_items": len(rows),
        "total_pages": pages,
        "page_number": page,
        "size": size,
        "first_page": page == 1,
        "last_page": page >= pages,
        "empty": not rows,
        "contents": rows[(page - 1) * size : page * size],
    }


def _old_envelope(rows: Rows, page: int, size: int) -> dict[str, object]:
    pages = max(1, -(-len(rows) // size))
    return {
        "totalElements": len(rows),
        "totalPages": pages,
        "number": page,
        "size": size,
        "first": page == 1,
        "last": page >= pages,
        "content": rows[(page - 1) * size : page * size],
    }


def _as_1x(row: Mapping[str, Any]) -> dict[str, Any]:
    inner, place = dict(row["service"]), dict(row["location"])
    place["physical_addresses"] = place.pop("addresses")
    inner["regular_schedules"] = inner.pop("schedules")
    return inner | {"service_at_locations": [{"id": row["id"], "location": place}]}
