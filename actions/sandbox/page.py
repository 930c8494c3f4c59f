"""The sandbox council's front page: what it is, what it speaks, what it holds."""

from __future__ import annotations

from html import escape

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from actions.sandbox.council import Council
from actions.sandbox.faults import modes

_SYSTEMS = (
    ("open311/v2/services.json", "Open311 GeoReport v2: what can be reported (or services.xml)"),
    ("open311/v2/requests.json", "Reports it has; lat, long and radius (metres) are an extension"),
    ("open311/v2/servicerequestupdates.json", "What became of reports (mySociety's extension)"),
    ("postcodes/SY1%202AS", "Postcodes of its libraries, in postcodes.io's shape"),
    ("bins?postcode=SY1%202AS", "Bin days, in UKBinCollectionData's shape"),
    ("places?lat=52.71&amp;long=-2.75", "Libraries near a point"),
    ("appointments/slots", "Free appointments (POST to appointments books one)"),
    ("directory/service_at_locations", "Groups near a place, as Open Referral UK 3.0"),
    ("directory-1/services", "The same as Open Referral UK 1.x"),
    ("faults", "Which systems are switched to fail (POST switches them)"),
)


def page_router(council: Council) -> APIRouter:
    """``GET /``. The page shows counts and references, and nothing about a person."""
    router = APIRouter()

    @router.get("/", response_class=HTMLResponse)
    def index() -> HTMLResponse:
        headers = {"Content-Security-Policy": "default-src 'none'"}
        return HTMLResponse(_page(council), headers=headers)

    return router


def _page(council: Council) -> str:
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>The sandbox council</title>
<main>
<h1>The sandbox council</h1>
<p>This is not a real council. It lets you try Fairway out. Nothing you send here
reaches anyone.</p>
<p>Its libraries and their postcodes are real places in Shropshire. Its bin days,
appointments and promises are made up.</p>
<h2>What it speaks</h2>
<ul>{"".join(f'<li><a href="{path}">{escape(what)}</a></li>' for path, what in _SYSTEMS)}</ul>
<p>Besides, it takes cases of ten other kinds. Those calls are signed; docs/case-api.yml
says how.</p>
<h2>What it holds</h2>
<ul>{"".join(f"<li>{escape(line)}</li>" for line in _holdings(council))}</ul>
<h2>How its systems are</h2>
<ul>{"".join(f"<li>{escape(n)}: {escape(m)}</li>" for n, m in modes(council).items())}</ul>
</main>
</html>
"""


def _holdings(council: Council) -> list[str]:
    kinds = council.store.rows(
        "SELECT service_code, status, count(*) AS n FROM requests GROUP BY 1, 2 ORDER BY 1, 2"
    )
    booked = council.store.rows("SELECT count(*) AS n FROM bookings WHERE cancelled_at IS NULL")
    cases = council.store.rows("SELECT count(*) AS n FROM cases")
    return [
        *(f"{row['service_code']}, {row['status']}: {row['n']}" for row in kinds),
        f"Cases: {cases[0]['n']}",
        f"Appointments booked: {booked[0]['n']}",
        f"Libraries: {len(council.libraries)}",
    ]
