"""The chat in a frame of another site, in a real browser."""

from __future__ import annotations

from contextlib import contextmanager

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import expect

from tests.browser.desk_browser import axe_violations
from tests.staff_kit import staff_site
from tests.web_kit import make_parts, serve

HOST = """<!doctype html><html lang="en"><head><title>Bins - Example Council</title>
<style>button {{ background: lime !important; font-size: 3px !important }} body {{ color: navy }}</style>
<script src="{url}/widget.js" defer></script></head>
<body><main><h1>Bins</h1><p id="own">Our own page. <button id="own-button">Own</button></p></main></body></html>"""  # noqa: E501


@contextmanager
def two_sites(tmp_path, allowed: bool):
    """Fairway, and a page of the council's that shows it."""
    host = FastAPI()
    page = {}
    host.get("/", response_class=HTMLResponse)(lambda: HOST.format(url=page["chat"]))
    with serve(host) as around:
        origins = around.url if allowed else "https://www.example.gov.uk"
        parts = make_parts(tmp_path, FAIRWAY_EMBED_ORIGINS=origins)
        with staff_site(parts) as site:
            page["chat"] = site.url
            yield around.url, site
    parts.engine.dispose()


def test_a_chat_in_the_councils_own_page(tmp_path, browser):
    with two_sites(tmp_path, allowed=True) as (around, site):
        page = browser.new_context(viewport={"width": 900, "height": 700}).new_page()
        page.route("**/widget.js", lambda route: _with_address(route, site.url))
        page.goto(around)
        assert [c["name"] for c in page.context.cookies()] == []
        opener = page.get_by_role("button", name="Ask the council")
        box = opener.bounding_box()
        assert box["height"] >= 44, "the page's own styles do not reach it"
        own = page.locator("#own-button").evaluate("n => getComputedStyle(n).fontSize")
        assert own == "3px", "and it does not reach the page's"
        assert axe_violations(page) == []
        opener.press("Enter")
        chat = page.frame_locator("iframe")
        chat.locator("#text").fill("hello")
        chat.get_by_role("button", name="Send", exact=True).click()
        expect(chat.locator(".bubble").last).to_contain_text("You said: hello")
        expect(chat.locator(".brand")).to_be_hidden()
        expect(chat.locator("footer")).to_contain_text("0345 000 0000")
        assert axe_violations(page) == [], "the open widget, seen from the page around it"
        assert axe_violations(page.frames[-1]) == [], "what is in the frame"
        page.get_by_role("button", name="Close the chat").click()
        expect(opener).to_be_focused()
        page.reload()
        opener.click()
        expect(chat.locator(".bubble")).to_have_count(3)
        page.context.close()


def test_a_site_that_is_not_named_shows_nothing(tmp_path, browser):
    with two_sites(tmp_path, allowed=False) as (around, site):
        page = browser.new_context().new_page()
        page.route("**/widget.js", lambda route: _with_address(route, site.url))
        page.goto(around)
        page.get_by_role("button", name="Ask the council").click()
        page.wait_for_timeout(1000)
        assert page.frames[-1].url.startswith("chrome-error://")
        page.context.close()


def _with_address(route, url: str) -> None:
    """The served script names the address in the settings; the test's port is known later."""
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace("http://127.0.0.1:8000", url))
