"""Bin days in UKBinCollectionData's shape: always the same for a postcode and a date."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from actions.gateways.postcodes import tidy_postcode
from actions.sandbox.council import Council
from actions.sandbox.faults import failing

_FORTNIGHT = timedelta(days=14)


def bin_router(council: Council) -> APIRouter:
    """``GET /bins?postcode=`` or ``?uprn=``: ``{"bins": [{"type", "collectionDate"}]}``."""
    router = APIRouter(dependencies=[Depends(failing(council, "bins"))])
    known = {library.postcode: library.postcode for library in council.libraries}
    known |= {library.uprn: library.postcode for library in council.libraries if library.uprn}

    @router.get("/bins")
    def bins(postcode: str = "", uprn: str = "") -> JSONResponse:
        home = known.get(uprn) or known.get(tidy_postcode(postcode) or "")
        if home is None:
            return JSONResponse({"error": "No home of ours has that postcode or number"}, 404)
        days = bin_days(home, council.today())
        return JSONResponse(
            {"bins": [{"type": kind, "collectionDate": f"{day:%d/%m/%Y}"} for kind, day in days]}
        )

    return router


def bin_days(postcode: str, today: date) -> list[tuple[str, date]]:
    """The next two days of each bin, soonest first.

    Each bin goes every fortnight: general waste one week, recycling and garden waste the next.
    """
    first = int.from_bytes(sha256(postcode.encode()).digest()[:4], "big") % 10
    monday = date(2024, 1, 1) + timedelta(days=first // 5 * 7 + first % 5)
    starts = {"General waste": 0, "Recycling": 7, "Garden waste": 7}
    days = []
    for kind, offset in starts.items():
        start = monday + timedelta(days=offset)
        soonest = start + _FORTNIGHT * -(-(today - start).days // 14)
        days += [(kind, soonest), (kind, soonest + _FORTNIGHT)]
    return sorted(days, key=lambda each: (each[1], each[0]))
