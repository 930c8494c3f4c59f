"""The action server's door, and that no failure loses what Rasa was told."""

from __future__ import annotations

import asyncio
import json
import zlib
from typing import Any

import httpx
import pytest

from tests.unit.actions.driver import SECRET, Talk

MESSAGE = {"text": "hello", "intent": {"name": "greet", "confidence": 1.0}}


def _send(talk: Talk, method: str, path: str, **parts: Any) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(talk.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.request(method, path, **parts)

    return asyncio.run(send())


def _call() -> dict[str, Any]:
    return {
        "next_action": "action_serve_citizen",
        "tracker": {"sender_id": "c1", "slots": {}, "latest_message": MESSAGE, "events": []},
    }


def test_health(talk: Talk) -> None:
    assert _send(talk, "GET", "/health").json() == {"status": "ok"}


@pytest.mark.parametrize("token", ["", "wrong", SECRET + "x"])
def test_without_the_secret_nobody_gets_in(talk: Talk, token: str) -> None:
    assert talk.call("action_serve_citizen", MESSAGE, token=token).status_code == 403
    assert _send(talk, "POST", f"/webhook?token={token}", json=_call()).status_code == 403


def test_the_secret_may_come_in_the_address(talk: Talk) -> None:
    assert _send(talk, "POST", f"/webhook?token={SECRET}", json=_call()).status_code == 200


def test_compressed_calls_are_read(talk: Talk) -> None:
    body = zlib.compress(json.dumps(_call()).encode())
    headers = {"Authorization": f"Bearer {SECRET}", "Content-Encoding": "deflate"}
    assert _send(talk, "POST", "/webhook", content=body, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"tracker": 1}', b'{"tracker": {}}', b"[" * 100_000, b"\xff\xfe"]
)
def test_what_is_no_action_call_is_refused(talk: Talk, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {SECRET}"}
    assert _send(talk, "POST", "/webhook", content=body, headers=headers).status_code == 400


def test_an_unknown_action_is_named(talk: Talk) -> None:
    assert talk.call("action_unheard_of", MESSAGE).status_code == 404


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"text": None, "intent": None, "metadata": []},
        {"text": "x", "intent": {"name": None}, "metadata": {"circumstances": 3}},
        {"text": "x", "metadata": {"circumstances": {"barriers": 5, "failed_turns": "many"}}},
        {"text": "x", "intent_ranking": [None, {"name": 3}]},
    ],
)
def test_a_misshapen_turn_is_answered_all_the_same(talk: Talk, message: Any) -> None:
    answer = talk.call("action_serve_citizen", message)
    assert answer.status_code == 200
    assert [r for r in answer.json()["responses"] if r.get("response")]


def test_a_fault_of_our_own_is_an_honest_reply_and_a_handoff(talk: Talk) -> None:
    talk.slots["task"] = {
        **_broken_form(),
    }
    heard = talk.say("SY1 2AS")
    assert heard.keys == ["error_unexpected", "error_passed_on"]
    [handoff] = heard.of("handoff")
    assert handoff["summary"]["message"] == "SY1 2AS"
    assert talk.slots["task"] is None


def _broken_form() -> dict[str, Any]:
    """A form whose notes lack what its task needs: as after a faulty release."""
    return {
        "version": 1,
        "task": "bin_day",
        "id": "f1",
        "service": "no_such_service",
        "questions": [
            {
                "code": "missed",
                "datatype": "postcode",
                "key": "ask_missed",
                "text": "",
                "required": True,
                "options": [],
                "values": {},
            },
            {
                "code": "postcode",
                "datatype": "postcode",
                "key": "ask_postcode_bins",
                "text": "",
                "required": True,
                "options": [],
                "values": {},
            },
        ],
        "given": {"missed": {"value": "yes", "shown": "yes"}},
        "at": "postcode",
        "reviewed": False,
        "changing": False,
        "pending": "",
        "tries": 0,
        "notes": {"missed": True},
        "offer": None,
    }
