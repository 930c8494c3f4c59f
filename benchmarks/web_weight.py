"""``python -m benchmarks.web_weight``: what a citizen's phone downloads, in a real browser.

Our chat beside three chat widgets from npm, each served gzipped from this machine on a page that
holds nothing else, with an empty cache. Counted is what the browser says came over the network,
headers and WebSocket frames included. Each is answered in its own protocol by a server that says
back what was said (``benchmarks.echo_servers``). Prints a table.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import click
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.echo_servers import direct_line_router, socket_io_echo
from scripts.find_chromium import find_chromium
from scripts.npm_package import BOTFRAMEWORK_WEBCHAT, DEEP_CHAT, RASA_WEBCHAT, unpacked
from tests.web_kit import make_parts, public_app, serve

TURNS = 10
FRAME_HEAD = 4
"""Bytes before a frame's words, from the server, of 126 to 65,535 bytes (RFC 6455, 5.2)."""
_HEAD = "<!doctype html><html lang=en><meta charset=utf-8><title>Chat</title><body>"
_LOAD = "<div id=webchat style=height:500px></div><script src=/bundle.js></script>"
RASA = f"""{_HEAD}{_LOAD}<script>
WebChat.default({{ socketUrl: "SOCKET_IO", embedded: true, customData: {{}} }}, null)
</script>"""
BOTFRAMEWORK = f"""{_HEAD}{_LOAD}<script>
const directLine = WebChat.createDirectLine({{ token: "none", domain: location.origin + "/line" }});
WebChat.renderWebChat({{ directLine }}, document.getElementById("webchat"));
</script>"""
DEEP = f"""{_HEAD}<script type=module src=/bundle.js></script>
<deep-chat connect='{{"url": "/say"}}' style="width:400px;height:500px"></deep-chat>"""
RASA_BOX, BOTFRAMEWORK_BOX = ".rw-new-message", "[data-id=webchat-sendbox-input]"
DEEP_BOX = "#text-input"


@dataclass
class Counter:
    """Bytes over the network, and origins other than the page's own."""

    page: Page
    total: int = 0
    foreign: set[str] = field(default_factory=set)
    _streams: set[str] = field(default_factory=set)

    def start(self) -> None:
        """Count from now on, with an empty cache."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        session.on("Network.responseReceived", self._response)
        session.on("Network.dataReceived", self._data)
        session.on("Network.loadingFinished", self._finished)
        session.on("Network.webSocketHandshakeResponseReceived", self._shaken)
        session.on("Network.webSocketFrameReceived", self._frame)
        self.page.on("request", self._asked)

    def _asked(self, request) -> None:  # type: ignore[no-untyped-def]
        host = urlsplit(request.url).hostname
        if host not in ("127.0.0.1", None, ""):
            self.foreign.add(str(host))

    def _response(self, event: dict) -> None:  # type: ignore[type-arg]
        if event["response"]["mimeType"] == "text/event-stream":
            self._streams.add(event["requestId"])

    def _data(self, event: dict) -> None:  # type: ignore[type-arg]
        if event["requestId"] in self._streams:
            self.total += event["dataLength"]

    def _finished(self, event: dict) -> None:  # type: ignore[type-arg]
        if event["requestId"] not in self._streams:
            self.total += event["encodedDataLength"]

    def _shaken(self, event: dict) -> None:  # type: ignore[type-arg]
        self.total += len(event["response"].get("headersText", ""))

    def _frame(self, event: dict) -> None:  # type: ignore[type-arg]
        data = event["response"]["payloadData"]
        self.total += FRAME_HEAD + len(data.encode())


@dataclass(frozen=True)
class Weight:
    """One row: bytes of the first view, and of it with ten turns."""

    name: str
    first: int
    whole: int
    foreign: frozenset[str]


@contextmanager
def widget_site(html: str, bundle: Path) -> Iterator[str]:
    """A page with one widget on it, and what answers it."""
    app = FastAPI()
    zipped = gzip.compress(bundle.read_bytes(), 9)

    @app.get("/", response_class=HTMLResponse)
    def page() -> str:
        return html

    @app.get("/bundle.js")
    def script() -> Response:
        headers = {"Content-Encoding": "gzip"}
        return Response(zipped, media_type="text/javascript", headers=headers)

    @app.post("/say")
    async def say(request: Request) -> JSONResponse:
        said = (await request.json())["messages"][-1]["text"]
        return JSONResponse({"text": f"You said: {said}"})

    app.include_router(direct_line_router())
    with serve(app) as served:
        yield served.url


def weigh(browser: Browser, name: str, url: str, talk: Callable[[Page], None]) -> Weight:
    """Open ``url`` afresh, count, talk for ten turns, count again."""
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    counter = Counter(page)
    counter.start()
    page.goto(url)
    page.wait_for_timeout(4000)
    first = counter.total
    talk(page)
    page.wait_for_timeout(1000)
    context.close()
    return Weight(name, first, counter.total, frozenset(counter.foreign))


def talk_to_ours(page: Page) -> None:
    """Ten turns on our page."""
    for turn in range(TURNS):
        page.fill("#text", f"question {turn}")
        page.locator("#write button:not([type])").click()
        expect(page.locator(".bubble")).to_have_count(3 + 2 * turn)
        expect(page.locator("#working")).to_be_hidden()


def talk_in(box: str) -> Callable[[Page], None]:
    """Ten turns with a widget whose words are typed into ``box``."""

    def talk(page: Page) -> None:
        for turn in range(TURNS):
            page.locator(box).fill(f"question {turn}")
            page.locator(box).press("Enter")
            page.get_by_text(f"You said: question {turn}").first.wait_for()

    return talk


def weigh_all(browser: Browser) -> list[Weight]:
    """Ours first, then the widgets."""
    rasa, bot, deep = (unpacked(p) for p in (RASA_WEBCHAT, BOTFRAMEWORK_WEBCHAT, DEEP_CHAT))
    in_rasa, in_bot, in_deep = map(talk_in, (RASA_BOX, BOTFRAMEWORK_BOX, DEEP_BOX))
    widgets = (
        (RASA_WEBCHAT, "", RASA, rasa / "package/lib/index.js", in_rasa),
        (BOTFRAMEWORK_WEBCHAT, "", BOTFRAMEWORK, bot / "package/dist/webchat.js", in_bot),
        (BOTFRAMEWORK_WEBCHAT, ", minimal", BOTFRAMEWORK,
         bot / "package/dist/webchat-minimal.js", in_bot),
        (DEEP_CHAT, "", DEEP, deep / "package/dist/deepChat.bundle.js", in_deep),
    )  # fmt: skip
    with TemporaryDirectory() as home:
        parts = make_parts(Path(home))
        with serve(public_app(parts)) as ours:
            found = [weigh(browser, "Fairway", ours.url, talk_to_ours)]
        parts.engine.dispose()
    for package, variant, html, bundle, talk in widgets:
        with socket_io_echo() as echo, widget_site(html.replace("SOCKET_IO", echo), bundle) as url:
            name = f"{package.name} {package.version}{variant}"
            found.append(weigh(browser, name, url, talk))
    return found


def table(found: list[Weight]) -> str:
    """As Markdown, in kB of 1024 bytes."""
    lines = ["| | first view, kB | with ten turns, kB | times ours | third parties |",
             "|---|---:|---:|---:|---|"]  # fmt: skip
    for one in found:
        whole = f"{one.whole / 1024:.1f}"
        times = one.first / found[0].first
        foreign = ", ".join(sorted(one.foreign)) or "none"
        lines.append(f"| {one.name} | {one.first / 1024:.1f} | {whole} | {times:.0f} | {foreign} |")
    return "\n".join(lines)


def main() -> int:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(find_chromium()), args=["--no-sandbox"]
        )
        found = weigh_all(browser)
        browser.close()
    click.echo(table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
