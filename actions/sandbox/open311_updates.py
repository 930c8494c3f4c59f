"""What becomes of a report (mySociety's servicerequestupdates): read it, or make it so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from actions.gateways.wire import as_time
from actions.sandbox.council import Council
from actions.sandbox.open311_report import Open311Refusal

OPEN = frozenset(
    ["open", "in_progress", "planned", "action_scheduled", "investigating", "reopen", "for_triage"]
)
CLOSED = frozenset(
    [
        "fixed",
        "duplicate",
        "not_councils_responsibility",
        "no_further_action",
        "internal_referral",
        "closed",
    ]
)


def read_updates(council: Council, start_date: str, end_date: str) -> list[dict[str, object]]:
    """Updates between two times, oldest first; the last day where no times are given."""
    end = _time(end_date, "end_date") or council.now() + timedelta(minutes=1)
    start = _time(start_date, "start_date") or end - timedelta(days=1)
    rows = council.store.rows(
        "SELECT * FROM updates WHERE updated_at >= ? AND updated_at <= ? ORDER BY id",
        start.isoformat(),
        end.isoformat(),
    )
    return [
        {
            "update_id": row["id"],
            "service_request_id": row["request_id"],
            "status": row["status"],
            "description": row["description"],
            "updated_datetime": row["updated_at"],
        }
        for row in rows
    ]


def _time(text: str, name: str) -> datetime | None:
    moment = as_time(text)
    if text and moment is None:
        raise Open311Refusal(400, f"{name} must be a W3C date and time")
    return moment


def keep_update(council: Council, sent: Mapping[str, str]) -> int:
    """The new update's id. Opens or closes the report. Raises Open311Refusal."""
    status, reference = sent.get("status", "").lower(), sent.get("service_request_id", "")
    if status not in OPEN | CLOSED:
        raise Open311Refusal(400, "status is not one we know")
    now, words = council.now().isoformat(), sent.get("description", "").strip()[:10_000]
    with council.store.writing() as connection:
        changed = connection.execute(
            "UPDATE requests SET status = ?, status_notes = ?, updated_at = ? WHERE id = ?",
            ("open" if status in OPEN else "closed", words, now, _number(reference)),
        )
        if changed.rowcount == 0:
            raise Open311Refusal(404, "service_request_id was not found")
        cursor = connection.execute(
            "INSERT INTO updates (request_id, status, description, updated_at) VALUES (?, ?, ?, ?)",
            (_number(reference), status, words, now),
        )
        return int(cursor.lastrowid or 0)


def _number(reference: str) -> int:
    return int(reference) if reference.isdecimal() and len(reference) < 18 else -1
