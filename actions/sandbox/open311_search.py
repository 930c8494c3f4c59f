"""Find reports the sandbox council has: by id, kind, state, time and place."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from actions.gateways.geo import kilometres_between
from actions.gateways.wire import as_time
from actions.sandbox.council import NAME, Council
from actions.sandbox.open311_report import Open311Refusal
from actions.sandbox.open311_services import Services, in_language

LONGEST_SPAN = timedelta(days=90)
MOST_ROWS = 1_000


@dataclass(frozen=True)
class Search:
    """What GeoReport v2 lets one ask for, as sent. ``lat``, ``long`` and ``radius`` (metres)
    are our extension: FixMyStreet has the like; the standard has no search by place."""

    service_request_id: str = ""
    service_code: str = ""
    status: str = ""
    start_date: str = ""
    end_date: str = ""
    lat: float | None = None
    long: float | None = None
    radius: float = 500.0


def find_reports(council: Council, search: Search) -> list[sqlite3.Row]:
    """The newest first, at most 1,000, over at most 90 days unless ids are given."""
    if search.service_request_id:
        return _by_id(council, search.service_request_id)
    start, end = _span(council, search)
    rows = council.store.rows(
        "SELECT * FROM requests WHERE requested_at >= ? AND requested_at <= ?"
        " ORDER BY requested_at DESC, id DESC",
        start.isoformat(),
        end.isoformat(),
    )
    return [row for row in rows if _wanted(row, search)][:MOST_ROWS]


def _by_id(council: Council, ids: str) -> list[sqlite3.Row]:
    wanted = [int(i) for i in ids.split(",") if i.strip().isdecimal() and len(i) < 18][:100]
    holes = ", ".join("?" * len(wanted))
    return council.store.rows(f"SELECT * FROM requests WHERE id IN ({holes})", *wanted)


def _span(council: Council, search: Search) -> tuple[datetime, datetime]:
    end = _time(search.end_date, "end_date") or council.now() + timedelta(minutes=1)
    start = _time(search.start_date, "start_date") or end - LONGEST_SPAN
    return max(start, end - LONGEST_SPAN), end


def _time(text: str, name: str) -> datetime | None:
    moment = as_time(text)
    if text and moment is None:
        raise Open311Refusal(400, f"{name} must be a W3C date and time")
    return moment


def _wanted(row: sqlite3.Row, search: Search) -> bool:
    codes, states = search.service_code.split(","), search.status.split(",")
    if search.service_code and row["service_code"] not in codes:
        return False
    if search.status and row["status"] not in states:
        return False
    if search.lat is None or search.long is None:
        return True
    if row["latitude"] is None:
        return False
    away = kilometres_between(search.lat, search.long, row["latitude"], row["longitude"])
    return away * 1000 <= search.radius


def shown(row: sqlite3.Row, services: Services, language: str, more: bool) -> dict[str, object]:
    """A report as the public may see it: never who sent it."""
    service = in_language(services[row["service_code"]], language)
    told: dict[str, object] = {
        "service_request_id": row["id"],
        "status": row["status"],
        "status_notes": row["status_notes"],
        "service_name": service["service_name"],
        "service_code": row["service_code"],
        "description": row["description"],
        "agency_responsible": NAME,
        "service_notice": service["service_notice"],
        "requested_datetime": row["requested_at"],
        "updated_datetime": row["updated_at"],
        "address": row["address"],
        "address_id": "",
        "zipcode": "",
        "lat": row["latitude"],
        "long": row["longitude"],
        "media_url": _first(json.loads(row["media"])),
    }
    return told | ({"extended_attributes": _joined(row["attributes"])} if more else {})


def _first(urls: list[str]) -> str:
    return urls[0] if urls else ""


def _joined(attributes: str) -> Mapping[str, str]:
    return {code: ", ".join(values) for code, values in json.loads(attributes).items()}
