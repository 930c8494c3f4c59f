"""The port that says which passages are near: real HTTP in memory, and everything that may fail."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from actions.nearness import Asked, KnownNearness, Nearness, NoNearness, RasaNearness

ASKED = Asked("zgubiłem kartę", "pl", 279, "digest")
SECRET = "s" * 20


def near(port: Nearness, asked: Asked = ASKED) -> object:
    return asyncio.run(port.near(asked))


def rasa(answer: Response | float, heard: list[object] | None = None) -> RasaNearness:
    """Rasa's side, answering ``answer``, or nothing for so many seconds."""
    app = FastAPI()

    @app.post("/webhooks/passages/near")
    async def nearest(request: Request) -> Response:
        if heard is not None:
            heard.extend([request.headers["authorization"], await request.json()])
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            return Response("{}")
        return answer

    client = httpx.AsyncClient(transport=httpx.ASGITransport(app))
    return RasaNearness(client, "http://rasa", SECRET)


def json(text: str, status: int = 200) -> Response:
    return Response(text, status, media_type="application/json")


def test_rasa_is_asked_with_the_secret_and_told_the_pages() -> None:
    heard: list[object] = []
    assert near(rasa(json('{"near": {"k": 0.5}}'), heard)) == {"k": 0.5}
    said = {"question": "zgubiłem kartę", "language": "pl", "lgsl": 279, "pages": "digest"}
    assert heard == [f"Bearer {SECRET}", said]


@pytest.mark.parametrize(
    "answer",
    ["", "[]", "{}", '{"near": []}', '{"near": {"k": "x"}}', '{"near": {"k": null}}'],
)
def test_an_answer_that_is_none_is_no_nearness(answer: str) -> None:
    assert near(rasa(json(answer))) == {}
    assert near(rasa(json('{"near": {"k": 0.5}}', 503))) == {}


def test_a_rasa_that_is_away_costs_nothing_but_the_nearness() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away")

    client = httpx.AsyncClient(transport=httpx.MockTransport(refuse))
    assert near(RasaNearness(client, "http://rasa", SECRET)) == {}


def test_a_slow_rasa_is_not_waited_for() -> None:
    async def slow() -> object:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, httpx.AsyncClient(timeout=60, trust_env=False) as client:
            rasa = RasaNearness(client, f"http://127.0.0.1:{port}", SECRET, patience=0.02)
            return await asyncio.wait_for(rasa.near(ASKED), 5)

    assert asyncio.run(slow()) == {}


@pytest.mark.parametrize("asked", [Asked("", "en", None, "d"), Asked("x", "en", None, "")])
def test_without_words_or_pages_nobody_is_asked(asked: Asked) -> None:
    heard: list[object] = []
    assert near(rasa(json('{"near": {"k": 0.5}}'), heard), asked) == {} and heard == []


def test_without_an_encoder_nothing_is_near_and_what_is_known_is() -> None:
    assert near(NoNearness()) == {}
    assert near(KnownNearness({ASKED.question: {"k": 0.5}})) == {"k": 0.5}
    assert near(KnownNearness()) == {}
