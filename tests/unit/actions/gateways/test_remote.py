"""Every way HTTP goes wrong becomes one of our errors, in good time, with the right retries."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from actions.gateways import errors
from actions.gateways.base import (
    GatewayBusy,
    GatewayError,
    GatewayNonsense,
    GatewayRefused,
    GatewaySlow,
    GatewayUnavailable,
    Limits,
    Remote,
    in_path,
)

QUICK = Limits(whole=0.5, first_wait=0.001, max_bytes=1_000)
Handler = Callable[[httpx.Request], httpx.Response]


def talk(handler: Handler, method: str = "get", **parts: object) -> object:
    async def run() -> object:
        async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:
            return await getattr(Remote(client, "http://council.test/", QUICK), method)(
                "/thing", **parts
            )

    return asyncio.run(run())


class Counted:
    """A council that gives one answer, or fails one way, and counts the calls."""

    def __init__(self, answer: httpx.Response | Exception) -> None:
        self.answer, self.calls = answer, 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return httpx.Response(
            self.answer.status_code, headers=self.answer.headers, content=self.answer.content
        )


def answer(status: int, body: str = "", kind: str = "application/json") -> httpx.Response:
    return httpx.Response(status, text=body, headers={"content-type": kind})


@pytest.mark.parametrize(
    ("council", "end", "calls"),
    [
        (answer(500), GatewayUnavailable, 3),
        (answer(502, "<html>Bad gateway</html>", "text/html"), GatewayUnavailable, 3),
        (answer(503), GatewayUnavailable, 3),
        (answer(408), GatewayUnavailable, 3),
        (answer(429), GatewayBusy, 1),
        (answer(400), GatewayRefused, 1),
        (answer(401), GatewayRefused, 1),
        (answer(403), GatewayRefused, 1),
        (answer(404, "<h1>Not here</h1>", "text/html"), GatewayRefused, 1),
        (answer(410), GatewayRefused, 1),
        (answer(301), GatewayNonsense, 1),
        (answer(302), GatewayNonsense, 1),
        (answer(200, "<html>Log in</html>", "text/html"), GatewayNonsense, 1),
        (answer(200, "{", "application/json"), GatewayNonsense, 1),
        (answer(200, '{"a": NaN}'), GatewayNonsense, 1),
        (answer(200, "[" * 900), GatewayNonsense, 1),
        (answer(200, '"' + "x" * 2_000 + '"'), GatewayNonsense, 1),
        (answer(200, "<a><b></a>", "text/xml"), GatewayNonsense, 1),
        (answer(200, "<a>" * 20 + "</a>" * 20, "text/xml"), GatewayNonsense, 1),
        (httpx.ConnectError("refused"), GatewayUnavailable, 3),
        (httpx.ReadError("cut"), GatewayUnavailable, 3),
        (httpx.RemoteProtocolError("gone"), GatewayUnavailable, 3),
        (httpx.UnsupportedProtocol("gopher"), GatewayUnavailable, 3),
        (httpx.ConnectTimeout("slow"), GatewaySlow, 1),
        (httpx.ReadTimeout("slow"), GatewaySlow, 1),
        (httpx.PoolTimeout("full"), GatewaySlow, 1),
        (httpx.DecodingError("bad gzip"), GatewayNonsense, 1),
        (httpx.TooManyRedirects("round"), GatewayUnavailable, 3),
    ],
    ids=repr,
)
def test_every_failure_has_its_error_and_its_tries(
    council: httpx.Response | Exception, end: type[GatewayError], calls: int
) -> None:
    counted = Counted(council)
    with pytest.raises(GatewayError) as failure:
        talk(counted)
    assert type(failure.value) is end
    assert counted.calls == calls


def test_a_post_is_tried_once_unless_it_may_be_repeated() -> None:
    for repeatable, calls in ((False, 1), (True, 3)):
        counted = Counted(httpx.ConnectError("refused"))
        with pytest.raises(GatewayUnavailable):
            talk(counted, "post", json={}, repeatable=repeatable)
        assert counted.calls == calls


def test_a_system_that_comes_back_is_used() -> None:
    answers = iter([answer(503), answer(503), answer(200, '{"ok": true}')])
    assert talk(lambda request: next(answers)) == {"ok": True}


@pytest.mark.parametrize("body", ["", "  \n"])
def test_an_empty_answer_is_none(body: str) -> None:
    assert talk(Counted(answer(200, body))) is None
    assert talk(Counted(answer(204)), "delete") is None


@pytest.mark.parametrize(
    ("body", "kind", "code", "description"),
    [
        ('[{"code": 400, "description": "No lat"}]', "application/json", "400", "No lat"),
        ('[{"code": "JUR", "description": "No"}]', "application/json", "JUR", "No"),
        ('{"errors": [{"code": 7, "description": "No"}]}', "application/json", "7", "No"),
        ('{"errors": {"error": {"code": 7, "description": "No"}}}', "text/plain", "7", "No"),
        ('{"status": 404, "error": "Invalid postcode"}', "application/json", "404", "Invalid"),
        ('{"detail": [{"loc": ["query"]}]}', "application/json", "404", ""),
        (
            "<errors><error><code>404</code><description>None</description></error></errors>",
            "text/xml",
            "404",
            "None",
        ),
        ("<html><body>Not found</body>", "text/html", "404", ""),
        ("[]", "application/json", "404", ""),
        ("[[]]", "application/json", "404", ""),
        ("null", "application/json", "404", ""),
        ("", "", "404", ""),
    ],
)
def test_a_refusal_is_read_in_any_shape(body: str, kind: str, code: str, description: str) -> None:
    with pytest.raises(GatewayRefused) as refusal:
        talk(Counted(answer(404, body, kind)))
    assert (refusal.value.their_code, refusal.value.status) == (code, 404)
    assert refusal.value.description.startswith(description)


@pytest.mark.parametrize(
    ("header", "seconds"), [("30", 30.0), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("", None)]
)
def test_a_busy_system_says_when_to_come_back(header: str, seconds: float | None) -> None:
    busy = httpx.Response(429, headers={"retry-after": header})
    with pytest.raises(GatewayBusy) as failure:
        talk(Counted(busy))
    assert failure.value.retry_after == seconds


class Dripping(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.01)
            yield b" "


def test_a_system_that_drips_is_too_slow() -> None:
    with pytest.raises(GatewaySlow):  # it drips for ever: that this ends at all is the test
        talk(lambda request: httpx.Response(200, stream=Dripping()))


def test_a_small_packet_that_unpacks_to_a_huge_one_is_stopped() -> None:
    packed = gzip.compress(b" " * 5_000_000)
    bomb = {"content-encoding": "gzip", "content-type": "application/json"}
    with pytest.raises(GatewayNonsense, match="too long"):
        talk(lambda request: httpx.Response(200, headers=bomb, stream=httpx.ByteStream(packed)))


@pytest.mark.parametrize("url", ["", "council", "ftp://council.test", "http://[", "http://a b"])
def test_a_wrong_address_is_unavailable(url: str) -> None:
    async def run() -> None:
        async with httpx.AsyncClient() as client:
            with pytest.raises(GatewayUnavailable):
                await Remote(client, url, QUICK).get("/thing")

    asyncio.run(run())


@pytest.mark.parametrize(
    ("text", "step"),
    [("SY1 2AS", "SY1%202AS"), ("a/b?c#d", "a%2Fb%3Fc%23d"), ("..", "%00"), (".", "%00")],
)
def test_text_cannot_climb_out_of_its_step(text: str, step: str) -> None:
    assert in_path(text) == step


def test_a_form_carries_any_text() -> None:
    def echo(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=request.content.decode())

    assert talk(echo, "post", form=[("a[b]", "ŵ & \ud800\r\n")]) == "a%5Bb%5D=%C5%B5+%26+%3F%0D%0A"


def test_the_error_tree_drawn_at_the_top_is_the_real_one() -> None:
    drawn = Path(errors.__file__).read_text(encoding="utf-8").split('"""')[1]
    real = [v for v in vars(errors).values() if isinstance(v, type)]
    ours = [error for error in real if error.__module__ == errors.__name__]
    assert all(error.__name__ in drawn and error.__doc__ for error in ours)
    assert all(issubclass(error, GatewayError) for error in ours)


class Ailing:
    """A council that answers what it is told to next, and counts the calls."""

    def __init__(self, *statuses: int) -> None:
        self.statuses, self.calls = list(statuses), 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        status = self.statuses.pop(0) if self.statuses else 200
        return httpx.Response(status, text="{}", headers={"content-type": "application/json"})


def ask_often(council: Ailing, limits: Limits, times: int, pause: float = 0.0) -> list[str]:
    """What each call ended in."""

    async def run() -> list[str]:
        ends = []
        async with httpx.AsyncClient(transport=httpx.MockTransport(council)) as client:
            remote = Remote(client, "http://council.test/", limits)
            for _ in range(times):
                try:
                    await remote.get("/thing")
                    ends.append("ok")
                except GatewayError as error:
                    ends.append(error.code)
                await asyncio.sleep(pause)
        return ends

    return asyncio.run(run())


ONE_TRY = Limits(retries=0, first_wait=0.001, trips=3, rest=0.05)


def test_a_system_that_fails_often_is_left_alone_and_tried_again_after_a_rest() -> None:
    council = Ailing(503, 503, 503)
    ends = ask_often(council, ONE_TRY, 6)
    assert ends == ["gateway_unavailable"] * 3 + ["gateway_resting"] * 3
    assert council.calls == 3
    council = Ailing(503, 503, 503)
    assert ask_often(council, ONE_TRY, 5, pause=0.06)[3:] == ["ok", "ok"]


def test_a_system_that_is_still_ill_after_its_rest_rests_again() -> None:
    council = Ailing(503, 503, 503, 503)
    ends = ask_often(council, Limits(retries=0, trips=3, rest=0.03), 3)
    assert ends == ["gateway_unavailable"] * 3

    async def run() -> list[str]:
        ends = []
        async with httpx.AsyncClient(transport=httpx.MockTransport(Ailing(*[503] * 9))) as client:
            remote = Remote(client, "http://council.test/", ONE_TRY)
            for pause in (0, 0, 0, 0.06, 0):
                await asyncio.sleep(pause)
                with pytest.raises(GatewayUnavailable) as failure:
                    await remote.get("/thing")
                ends.append(failure.value.code)
        return ends

    assert asyncio.run(run())[3:] == ["gateway_unavailable", "gateway_resting"]


def test_a_no_is_no_outage() -> None:
    assert ask_often(Ailing(*[404] * 9), ONE_TRY, 9) == ["gateway_refused"] * 9
    mixed = Ailing(503, 503, 404, 503, 503, 200)
    assert "gateway_resting" not in ask_often(mixed, ONE_TRY, 6)
