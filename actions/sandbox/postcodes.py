"""The postcodes of the council's libraries, in postcodes.io's shape. No other is known."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from actions.gateways.postcodes import tidy_postcode
from actions.sandbox.council import GSS, Council
from actions.sandbox.faults import failing
from actions.sandbox.libraries import Library


def postcode_router(council: Council) -> APIRouter:
    """``GET /postcodes/{postcode}``: 200 with ``result``, or 404 with ``error``."""
    router = APIRouter(dependencies=[Depends(failing(council, "postcodes"))])
    known = {library.postcode: library for library in council.libraries}

    @router.get("/postcodes/{postcode}")
    def find(postcode: str) -> JSONResponse:
        tidy = tidy_postcode(postcode)
        if tidy is None:
            return JSONResponse({"status": 404, "error": "Invalid postcode"}, 404)
        if tidy not in known:
            return JSONResponse({"status": 404, "error": "Postcode not found"}, 404)
        return JSONResponse({"status": 200, "result": _result(known[tidy])})

    return router


def _result(library: Library) -> dict[str, object]:
    # Ward and small area are not in the libraries file, and are not made up.
    return {
        "postcode": library.postcode,
        "quality": 1,
        "eastings": library.easting,
        "northings": library.northing,
        "country": "England",
        "longitude": library.longitude,
        "latitude": library.latitude,
        "admin_district": "Shropshire",
        "admin_county": None,
        "admin_ward": None,
        "lsoa": None,
        "codes": {"admin_district": GSS, "admin_ward": None, "lsoa": None},
    }
