"""Send a filled-in report to the council's Open311 system, once, and say what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from actions.answer import Answer
from actions.form import Form
from actions.gateways.base import GatewayNonsense, GatewayUnavailable
from actions.gateways.open311 import NewRequest, Receipt
from actions.held_case import check_button, held_case, no_case
from actions.last_resort import by_email
from actions.parts import Parts
from actions.turn import Turn
from actions.words import Words

SYSTEM = "open311"


async def send_report(
    parts: Parts, turn: Turn, words: Words, form: Form, request: NewRequest
) -> Answer:
    """What to say and report once the council has it. ``request`` says where and which service;
    the answers of ``form`` are added here. Raises GatewayError.

    The form's id keys the report, so that sending twice is reporting once.
    """
    first, _, last = str(form.value("name") or "").partition(" ")
    full = replace(
        request,
        description=_description(form),
        attributes=answers_of(form),
        media_urls=tuple(form.notes.get("photos", ())),
        first_name=first,
        last_name=last,
        phone=str(form.value("phone") or ""),
        idempotency_key=f"{turn.conversation_id}:{form.id}",
        language=turn.language,
    )
    try:
        receipt = await parts.gateways.open311.submit(full)
    except (GatewayUnavailable, GatewayNonsense) as error:
        written = await by_email(parts, turn, words, form, error)
        if written is None:
            raise
        return written
    return _sent(receipt, full.service_code, form.service, words)


def _sent(receipt: Receipt, service_code: str, service: str, words: Words) -> Answer:
    answer = (
        Answer().say("report_done", reference=receipt.reference)
        if receipt.reference
        else Answer().say("report_done_later", reference=receipt.token or "")
    )
    if receipt.notice:
        answer = answer.say("report_next", notice=receipt.notice)
    if receipt.reference:
        held = held_case(receipt.reference, SYSTEM, service)
        answer = answer.remember(known=held).say("anything_else", check_button(words))
    else:
        answer = answer.remember(known=no_case()).say("anything_else")
    return answer.report(
        "case",
        system=SYSTEM,
        service_code=service_code,
        reference=receipt.reference or receipt.token or "",
        notice=receipt.notice,
    )


def answers_of(form: Form) -> Mapping[str, str | tuple[str, ...]]:
    """The answers to the council system's own questions, by its own codes."""
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
