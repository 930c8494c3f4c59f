"""Cases of every kind that has no standard of its own, as ``docs/case-api.yml`` describes them."""

from __future__ import annotations

import hmac
import json
import secrets
import sqlite3
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, ValidationError

from actions.gateways.cases import sign
from actions.sandbox.council import Council
from actions.sandbox.faults import failing
from actions.sandbox.open311 import language
from actions.sandbox.open311_services import in_language
from bot.case_news import STATE

LONGEST_BODY = 100_000
CLOCKS_DIFFER = 300
"""Seconds by which a caller's clock may be wrong; an older call may be a replay."""
_LETTERS = "ACDEFGHJKLMNPQRTUVWXY34679"
Types = Mapping[str, Mapping[str, Any]]
Said = Mapping[str, Any]


class CaseIn(BaseModel):
    """A new case as sent. Lengths are limits, not wishes."""

    type: str = Field(max_length=60)
    answers: dict[str, str | list[str]] = Field(default_factory=dict, max_length=100)
    contact: dict[str, str] = Field(default_factory=dict, max_length=10)
    language: str = Field(default="en", max_length=12)
    needs: list[str] = Field(default_factory=list, max_length=20)


def case_router(council: Council, path: Path, secret: str) -> APIRouter:
    """``/cases/case-types/{code}``, ``POST /cases/cases``, ``/cases/cases/{reference}``; and,
    for trying things out, ``POST /cases/outcome`` which says what became of a case."""
    router = APIRouter(prefix="/cases", dependencies=[Depends(failing(council, "cases"))])
    types: Types = {one["code"]: one for one in json.loads(path.read_text("utf-8"))["types"]}

    @router.get("/case-types/{code}")
    async def define(
        code: str, request: Request, lang: Annotated[str, Depends(language)]
    ) -> JSONResponse:
        if not _signed(council, secret, request, b""):
            return _no(401, "signature_wrong", "The signature is wrong or too old")
        if code not in types:
            return _no(404, "no_such_type", "There is no such type of case")
        spoken = {"Content-Language": lang}
        return JSONResponse(in_language(types[code], lang), headers=spoken)

    @router.post("/cases")
    async def take(
        request: Request, idempotency_key: Annotated[str, Header(max_length=200)] = ""
    ) -> JSONResponse:
        body = await _body(request)
        if body is None:
            return _no(413, "too_long", "The case is too long")
        if not _signed(council, secret, request, body, idempotency_key):
            return _no(401, "signature_wrong", "The signature is wrong or too old")
        if not idempotency_key:
            return _no(400, "no_key", "Idempotency-Key is required")
        try:
            case = CaseIn.model_validate_json(body)
        except ValidationError:
            return _no(400, "not_readable", "The case cannot be read")
        problem = _problem(types, case)
        return problem or _keep(council, types, case, idempotency_key, sha256(body).hexdigest())

    @router.get("/cases/{reference}")
    async def show(reference: str, request: Request) -> JSONResponse:
        if not _signed(council, secret, request, b""):
            return _no(401, "signature_wrong", "The signature is wrong or too old")
        rows = council.store.rows("SELECT * FROM cases WHERE reference = ?", reference)
        if not rows:
            return _no(404, "no_such_case", "There is no such case")
        return JSONResponse(_shown(rows[0], types))

    @router.post("/outcome")
    def outcome(reference: str, status: str, status_text: str = "") -> JSONResponse:
        if status not in STATE:
            return _no(400, "no_such_status", "status is not one we know")
        with council.store.writing() as connection:
            changed = connection.execute(
                "UPDATE cases SET status = ?, status_text = ?, updated_at = ? WHERE reference = ?",
                (status, status_text[:1000], council.now().isoformat(), reference),
            )
        found = bool(changed.rowcount)
        return JSONResponse({"reference": reference, "status": status}, 200 if found else 404)

    return router


def _no(status: int, code: str, why: str) -> JSONResponse:
    return JSONResponse({"code": code, "error": why}, status)


async def _body(request: Request) -> bytes | None:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_BODY:
            return None
    return bytes(body)


def _signed(council: Council, secret: str, request: Request, body: bytes, key: str = "") -> bool:
    at = request.headers.get("fairway-timestamp", "")
    if not at.isdecimal() or abs(council.now().timestamp() - int(at[:12])) > CLOCKS_DIFFER:
        return False
    wanted = sign(secret, request.method, _path(request), at, key, body)
    given = request.headers.get("fairway-signature", "")
    return hmac.compare_digest(given.encode(), wanted.encode())


def _path(request: Request) -> str:
    """The path as the caller knows it: below the API's own address, still percent-encoded."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    above = str(request.scope.get("root_path") or "")
    return raw.decode("ascii", "replace").removeprefix(above).removeprefix("/cases")


def _problem(types: Types, case: CaseIn) -> JSONResponse | None:
    if case.type not in types:
        return _no(404, "no_such_type", "There is no such type of case")
    for question in types[case.type]["questions"]:
        given = case.answers.get(question["code"])
        several = given if isinstance(given, list) else [given] if given else []
        options = {option["value"] for option in question.get("options", [])}
        if question["required"] and not several:
            return _no(400, "answer_missing", f"{question['code']} is required")
        if options and not options.issuperset(several):
            return _no(400, "answer_wrong", f"{question['code']} must be one of its options")
    return None


def _keep(council: Council, types: Types, case: CaseIn, key: str, digest: str) -> JSONResponse:
    reference = "C-" + "".join(secrets.choice(_LETTERS) for _ in range(6))
    now = council.now().isoformat()
    row = (reference, case.type, case.model_dump_json(), key, digest, "received", "", now, now)
    try:
        with council.store.writing() as connection:
            connection.execute("INSERT INTO cases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    except sqlite3.IntegrityError:
        return _kept_before(council, types, key, digest)
    return JSONResponse(_receipt(types, case.type, reference, case.language), 201)


def _kept_before(council: Council, types: Types, key: str, digest: str) -> JSONResponse:
    found = council.store.rows("SELECT * FROM cases WHERE idempotency_key = ?", key)[0]
    if found["fingerprint"] != digest:
        return _no(409, "key_reused", "That key belongs to another case")
    said = json.loads(found["content"])["language"]
    return JSONResponse(_receipt(types, found["type"], found["reference"], said), 200)


def _receipt(types: Types, type_: str, reference: str, language_: str) -> dict[str, str]:
    return {"reference": reference, "next": in_language(types[type_]["next"], language_)}


def _shown(row: sqlite3.Row, types: Types) -> dict[str, str]:
    """A case without what was told in it: its reference is no proof of who asks."""
    kept: Said = json.loads(row["content"])
    return {
        "reference": row["reference"],
        "type": row["type"],
        "type_name": in_language(types[row["type"]]["name"], kept["language"]),
        "status": row["status"],
        "status_text": row["status_text"],
        "updated_at": row["updated_at"],
    }
