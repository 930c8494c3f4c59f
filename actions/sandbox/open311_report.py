"""Take a report: check what was sent as a strict council would, then keep it once."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from actions.sandbox.council import JURISDICTIONS, Council
from actions.sandbox.open311_services import Services

Fields = Sequence[tuple[str, str]]
CONTACT = ("first_name", "last_name", "email", "phone", "account_id", "device_id")


class Open311Refusal(Exception):
    """The report cannot be taken; ``status`` and the words go back to the sender."""

    def __init__(self, status: int, description: str) -> None:
        self.status, self.description = status, description
        super().__init__(description)


@dataclass(frozen=True)
class Kept:
    """A report that is in the store."""

    id: int
    token: str
    service_code: str


def keep_report(council: Council, services: Services, fields: Fields, key: str) -> Kept:
    """The kept report; the same ``key`` with the same fields is the same report.

    Raises Open311Refusal with 400 or 404, or 409 when a key comes back with other fields.
    """
    sent = dict(fields)
    _check_jurisdiction(sent.get("jurisdiction_id", ""))
    service = _service(services, sent.get("service_code", ""))
    latitude, longitude = _point(sent)
    answers = _answers(fields)
    _check_answers(service, answers)
    now = council.now().isoformat()
    return _insert(
        council,
        {
            "token": secrets.token_hex(12),
            "service_code": service["service_code"],
            "description": sent.get("description", "").strip()[:10_000],
            "address": (sent.get("address_string") or sent.get("address_id", ""))[:1_000],
            "latitude": latitude,
            "longitude": longitude,
            "requested_at": now,
            "updated_at": now,
            "contact": json.dumps({name: sent[name] for name in CONTACT if name in sent}),
            "attributes": json.dumps(answers, ensure_ascii=False),
            "media": json.dumps([value for name, value in fields if name == "media_url"]),
            "idempotency_key": key or None,
            "fingerprint": sha256(json.dumps(sorted(fields)).encode()).hexdigest(),
        },
    )


def _check_jurisdiction(jurisdiction: str) -> None:
    if jurisdiction not in JURISDICTIONS:
        raise Open311Refusal(404, "jurisdiction_id was not found")


def _service(services: Services, code: str) -> Mapping[str, Any]:
    if not code:
        raise Open311Refusal(400, "service_code is required")
    if code not in services:
        raise Open311Refusal(404, "service_code was not found")
    return services[code]


def _point(sent: Mapping[str, str]) -> tuple[float | None, float | None]:
    if not sent.get("lat") and not sent.get("long"):
        if not (sent.get("address_string") or sent.get("address_id")):
            raise Open311Refusal(400, "lat and long, address_string or address_id is required")
        return None, None
    try:
        latitude, longitude = float(sent.get("lat", "")), float(sent.get("long", ""))
    except ValueError as error:
        raise Open311Refusal(400, "lat and long must both be numbers") from error
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Open311Refusal(400, "lat and long must be on the Earth")
    return latitude, longitude


def _answers(fields: Fields) -> dict[str, list[str]]:
    """``attribute[code]`` and ``attribute[code][]`` fields, by code."""
    answers: dict[str, list[str]] = {}
    for name, value in fields:
        if name.startswith("attribute[") and value.strip():
            code = name.removeprefix("attribute[").removesuffix("[]").removesuffix("]")
            answers.setdefault(code, []).append(value.strip()[:10_000])
    return answers


def _check_answers(service: Mapping[str, Any], answers: Mapping[str, list[str]]) -> None:
    asked = [a for a in service["attributes"] if "automated" not in a and a["variable"] == "true"]
    for attribute in asked:
        code, given = attribute["code"], answers.get(attribute["code"], [])
        options = {option["key"] for option in attribute.get("values", [])}
        if attribute["required"] == "true" and not given:
            raise Open311Refusal(400, f"attribute[{code}] is required")
        if options and not options.issuperset(given):
            raise Open311Refusal(400, f"attribute[{code}] must be one of its values")
        if attribute["datatype"] == "singlevaluelist" and len(given) > 1:
            raise Open311Refusal(400, f"attribute[{code}] takes one value")
        if attribute["datatype"] == "number" and not all(map(_is_number, given)):
            raise Open311Refusal(400, f"attribute[{code}] must be a number")


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


def _insert(council: Council, row: Mapping[str, Any]) -> Kept:
    names = ", ".join(row)
    holes = ", ".join("?" * len(row))
    try:
        with council.store.writing() as connection:
            cursor = connection.execute(
                f"INSERT INTO requests ({names}) VALUES ({holes})", tuple(row.values())
            )
            ident = int(cursor.lastrowid or 0)
            connection.execute(
                "INSERT INTO updates (request_id, status, description, updated_at)"
                " VALUES (?, 'open', '', ?)",
                (ident, row["requested_at"]),
            )
    except sqlite3.IntegrityError:
        return _kept_before(council, row)
    return Kept(ident, row["token"], row["service_code"])


def _kept_before(council: Council, row: Mapping[str, Any]) -> Kept:
    found = council.store.rows(
        "SELECT * FROM requests WHERE idempotency_key = ?", row["idempotency_key"]
    )[0]
    if found["fingerprint"] != row["fingerprint"]:
        raise Open311Refusal(409, "that Idempotency-Key was used for another report")
    return Kept(found["id"], found["token"], found["service_code"])
