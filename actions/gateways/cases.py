"""Open a case in whatever system a council has: tax, benefits, housing, schools.

There is no standard for these, so Fairway speaks one small JSON API (``docs/case-api.yml``) that
the council's integration layer answers. Each call is signed, and a case has a key, so that it
can be sent again without being opened twice.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from actions.gateways.base import GatewayNonsense, Remote, in_path
from actions.gateways.open311_types import Question
from actions.gateways.wire import as_bool, as_object, as_objects, as_text, as_time, sendable

DATATYPES = frozenset(
    ["string", "text", "number", "datetime", "singlevaluelist", "multivaluelist", "yes_no"]
)
SIGNATURE, TIMESTAMP, KEY = "Fairway-Signature", "Fairway-Timestamp", "Idempotency-Key"


@dataclass(frozen=True)
class CaseType:
    """What to ask for one kind of case, and what to say first; ``language``: of these words."""

    code: str
    questions: tuple[Question, ...]
    notices: tuple[str, ...] = ()
    language: str = "en"


@dataclass(frozen=True)
class NewCase:
    """A case to open. ``answers``: question code → answer (an option's value, or several).

    ``key``: the same key again is the same case. ``needs``: reasonable adjustments.
    """

    type: str
    key: str
    answers: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    name: str = ""
    phone: str = ""
    email: str = ""
    language: str = "en"
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class CaseReceipt:
    """What the system gave back: its reference, and what happens next in its own words."""

    reference: str
    next: str = ""


@dataclass(frozen=True)
class Case:
    """A case the system has. ``status`` is one of the words of ``bot.case_news.STATE``."""

    reference: str
    status: str
    words: str = ""
    type_name: str = ""
    updated_at: datetime | None = None


class Cases(Protocol):
    """Every method raises GatewayUnavailable, GatewayRefused or GatewayNonsense."""

    async def definition(self, code: str, language: str = "en") -> CaseType:
        """What to ask for one kind of case."""

    async def open(self, case: NewCase) -> CaseReceipt:
        """Open a case, once for its key."""

    async def show(self, reference: str) -> Case:
        """How a case is."""


class HttpCases:
    """The case API over HTTP. ``remote`` is what ``/case-types`` is under; ``secret`` signs."""

    def __init__(self, remote: Remote, now: Callable[[], datetime], secret: str) -> None:
        """``now`` gives a time with a zone."""
        self._remote, self._now, self._secret = remote, now, secret

    async def definition(self, code: str, language: str = "en") -> CaseType:
        path = f"/case-types/{in_path(code)}"
        headers = {"Accept-Language": in_path(language), **self._signed("GET", path)}
        answer, spoken = await self._remote.get_words(path, headers=headers)
        return replace(read_case_type(answer, code), language=spoken)

    async def open(self, case: NewCase) -> CaseReceipt:
        body = write_case(case)
        key = hashlib.sha256(case.key.encode("utf-8", "replace")).hexdigest()
        headers = {"Content-Type": "application/json", KEY: key}
        headers |= self._signed("POST", "/cases", key, body)
        answer = await self._remote.post("/cases", content=body, headers=headers, repeatable=True)
        return read_receipt(answer)

    async def show(self, reference: str) -> Case:
        path = f"/cases/{in_path(reference)}"
        return read_case(await self._remote.get(path, headers=self._signed("GET", path)))

    def _signed(self, method: str, path: str, key: str = "", body: bytes = b"") -> dict[str, str]:
        at = str(int(self._now().timestamp()))
        return {TIMESTAMP: at, SIGNATURE: sign(self._secret, method, path, at, key, body)}


def sign(secret: str, method: str, path: str, at: str, key: str, body: bytes) -> str:
    """``v1=`` and the hexadecimal HMAC-SHA256 of what is signed. ``path`` is below the API's
    own address, for what stands before it may be changed by a proxy; ``at`` in Unix seconds."""
    parts = ("v1", method, path, at, key, hashlib.sha256(body).hexdigest())
    digest = hmac.new(secret.encode(), "\n".join(parts).encode(), hashlib.sha256)
    return f"v1={digest.hexdigest()}"


def write_case(case: NewCase) -> bytes:
    """The body of a new case: JSON in UTF-8 that any system can read."""
    answers = {
        code: sendable(value) if isinstance(value, str) else [sendable(one) for one in value]
        for code, value in case.answers.items()
    }
    contact = {"name": case.name, "phone": case.phone, "email": case.email}
    told = {name: sendable(value) for name, value in contact.items() if value}
    body = {
        "type": case.type,
        "answers": answers,
        "contact": told,
        "language": case.language,
        "needs": list(case.needs),
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True).encode("utf-8")


def read_case_type(answer: object, code: str) -> CaseType:
    """The questions in their order."""
    item = as_object(answer, "case_type")
    questions = as_objects(item.get("questions"), "questions")
    said = item.get("notices")
    notices = [as_text(notice) for notice in said] if isinstance(said, list) else []
    return CaseType(
        code=as_text(item.get("code"), code),
        questions=tuple(_question(q, n) for n, q in enumerate(questions) if as_text(q.get("code"))),
        notices=tuple(notice for notice in notices if notice),
    )


def _question(item: Mapping[str, object], order: int) -> Question:
    code, datatype = as_text(item.get("code")), as_text(item.get("datatype")).lower()
    pairs = (
        (as_text(o.get("value")), as_text(o.get("name")))
        for o in as_objects(item.get("options"), "options")
    )
    options = tuple((value or name, name or value) for value, name in pairs if value or name)
    if datatype.endswith("valuelist") and not options:
        raise GatewayNonsense(f"The question {code} wants a choice but offers none")
    return Question(
        code=code,
        datatype=datatype if datatype in DATATYPES else "string",
        text=as_text(item.get("text"), code),
        required=as_bool(item.get("required")),
        options=options,
        order=order,
        hint=as_text(item.get("hint")),
    )


def read_receipt(answer: object) -> CaseReceipt:
    """A reference; an answer without one is no receipt."""
    item = as_object(answer, "case")
    reference = as_text(item.get("reference"))
    if not reference:
        raise GatewayNonsense("The case came without a reference")
    return CaseReceipt(reference, as_text(item.get("next")))


def read_case(answer: object) -> Case:
    """A case with its state."""
    item = as_object(answer, "case")
    reference, status = as_text(item.get("reference")), as_text(item.get("status")).lower()
    if not reference or not status:
        raise GatewayNonsense("The case came without a reference or a status")
    return Case(
        reference,
        status,
        as_text(item.get("status_text")),
        as_text(item.get("type_name")),
        as_time(item.get("updated_at")),
    )
