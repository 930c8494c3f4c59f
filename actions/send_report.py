"""Send a filled-in report to the council's Open311 system, once, and say what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from actions.answer import Answer
from actions.form import Form
from actions.gateways.open311 import NewRequest, Open311, Receipt
from actions.turn import Turn

SYSTEM = "open311"


async def send_report(open311: Open311, turn: Turn, form: Form, request: NewRequest) -> Answer:
    """What to say and report once the council has it. ``request`` says where and which service;
    the answers of ``form`` are added here. Raises GatewayError.

    The form's id keys the report, so that sending twice is reporting once.
    """
    first, _, last = str(form.value("name") or "").partition(" ")
    full = replace(
        request,
        description=_description(form),
        attributes=_attributes(form),
        first_name=first,
        last_name=last,
        phone=str(form.value("phone") or ""),
        idempotency_key=f"{turn.conversation_id}:{form.id}",
        language=turn.language,
    )
    receipt = await open311.submit(full)
    return _sent(receipt, full.service_code)


def _sent(receipt: Receipt, service_code: str) -> Answer:
    answer = (
        Answer().say("report_done", reference=receipt.reference)
        if receipt.reference
        else Answer().say("report_done_later", reference=receipt.token or "")
    )
    if receipt.notice:
        answer = answer.say("report_next", notice=receipt.notice)
    return answer.say("anything_else").report(
        "case",
        system=SYSTEM,
        service_code=service_code,
        reference=receipt.reference or receipt.token or "",
        notice=receipt.notice,
    )


def _attributes(form: Form) -> Mapping[str, str | tuple[str, ...]]:
    given = {
        question.code.removeprefix("attribute_"): form.value(question.code)
        for question in form.questions
        if question.code.startswith("attribute_")
    }
    return {code: _value(value) for code, value in given.items() if value}


def _value(value: Any) -> str | tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else str(value)


def _description(form: Form) -> str:
    """The citizen's own words, or, when they gave none, their choices put together."""
    own = [q.code for q in form.questions if q.datatype == "text" and form.shown(q.code)]
    chosen = [q.code for q in form.questions if q.options and q.code != "duplicate"]
    return ". ".join(form.shown(code) for code in own or chosen if form.shown(code))
