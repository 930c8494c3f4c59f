"""Journeys that break chat pages: slow lines, two tabs, a keyboard only, 400 %, right to left."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from channels.settings import ROOT
from tests.browser.desk_browser import axe_violations
from tests.browser.test_web_chat import UNCOVERED
from tests.browser.visitors import POTHOLE, agent_writes, expect_said, overflow, say

PAGES = (
    "/privacy", "/accessibility", "/privacy/erase", "/privacy/my-data", "/nope", "/api/docs",
)  # fmt: skip
SHOTS = ROOT / "var" / "screenshots"
"""Pictures of what was tested, for people to look at; not kept in the repository."""


@pytest.fixture
def assistant(site):
    return site.parts.turn.assistant


@pytest.fixture(autouse=True)
def pothole(assistant):
    assistant.script["pothole"] = POTHOLE


def picture(page: Page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def slow(page: Page, kbit: int, latency: int) -> None:
    """A line as slow as ``kbit`` kilobits a second and ``latency`` milliseconds."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    bytes_a_second = kbit * 1000 // 8
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": latency, "downloadThroughput": bytes_a_second,
         "uploadThroughput": bytes_a_second},
    )  # fmt: skip


class Received:
    """Bytes that came over the network into ``page``, headers included, compressed as sent."""

    def __init__(self, page: Page) -> None:
        self.total = 0
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        session.on("Network.loadingFinished", self._finished)
        session.on("Network.dataReceived", self._streamed)
        session.on("Network.responseReceived", self._response)
        self._streams: dict[str, int] = {}

    def _response(self, event) -> None:
        if event["response"]["mimeType"] == "text/event-stream":
            self._streams[event["requestId"]] = 0

    def _streamed(self, event) -> None:
        if event["requestId"] in self._streams:  # never finishes while the page is open
            self.total += event["dataLength"]

    def _finished(self, event) -> None:
        if event["requestId"] not in self._streams:
            self.total += event["encodedDataLength"]


def test_A12_ten_turns_are_within_30_kilobytes(open_page, site, assistant):
    assistant.script["question"] = POTHOLE
    page = open_page("/privacy")
    received = Received(page)
    page.goto(site.url, wait_until="networkidle")
    first = received.total
    for turn in range(10):
        say(page, f"question {turn}")
        expect(page.locator(".bubble")).to_have_count(3 + 2 * turn)
        expect(page.locator("#working")).to_be_hidden()
    page.wait_for_timeout(500)
    assert 0 < first <= 14 * 1024, first
    assert received.total <= 30 * 1024, received.total


def test_A12_a_chat_works_at_50_kilobits_and_half_a_second(open_page, site):
    page = open_page("/privacy", width=320)
    slow(page, kbit=50, latency=500)
    page.context.clear_cookies()
    started = time.monotonic()
    page.goto(site.url)
    page.locator("#text").wait_for()
    assert time.monotonic() - started < 10
    say(page, "there is a pothole")
    expect(page.locator("#working")).to_be_visible()  # it says at once that it was sent
    expect_said(page, "Where is the pothole?")
    picture(page, "slow-320")


def test_A4_a_whole_journey_by_keyboard_alone(open_page, site):
    page = open_page()
    press_to(page, "#text")
    page.keyboard.type("there is a pothole")
    page.keyboard.press("Enter")
    expect_said(page, "Where is the pothole?")
    assert page.evaluate("document.activeElement.id") == "text"
    press_to(page, "button[value='/high']", backwards=True)
    page.keyboard.press("Enter")
    expect_said(page, "You said: /high")
    assert page.evaluate("document.activeElement.id") == "text"
    page.keyboard.type("can i talk to a person please")
    page.keyboard.press("Enter")
    expect_said(page, "A person will answer you here.")
    agent_writes(site.parts, "Hello, this is Asha.")
    expect_said(page, "Hello, this is Asha.")
    press_to(page, "form[action='/chat/end'] button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="This chat has ended")).to_be_visible()
    press_to(page, "#got-yes")
    page.keyboard.press("Space")
    press_to(page, "form[action='/chat/feedback'] button")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Thank you for telling us.")).to_be_visible()
    press_to(page, "a[href='/about-you']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="About you")).to_be_visible()
    press_to(page, "form[action='/about-you'] button")
    page.keyboard.press("Enter")
    expect(page.get_by_text("kept apart from your chat")).to_be_visible()


def press_to(page: Page, selector: str, backwards: bool = False) -> None:
    """Tab until ``selector`` has the focus, and see on the way that the focus can be seen."""
    for _ in range(60):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        found, seen = page.evaluate(
            "(s) => { const n = document.activeElement, c = getComputedStyle(n);"
            " return [n.matches(s), n === document.body || c.outlineStyle !== 'none'] }",
            selector,
        )
        assert seen, page.evaluate("document.activeElement.outerHTML")
        if found:
            return
    pytest.fail(f"Tab does not reach {selector}")


def test_A8_two_tabs_show_one_chat_and_nothing_twice(open_page, site, assistant):
    page = open_page()
    say(page, "hello")
    expect_said(page, "You said: hello")
    other = page.context.new_page()
    other.goto(site.url)
    expect(other.locator(".bubble")).to_have_count(3)
    say(other, "from the other tab")
    expect_said(other, "You said: from the other tab")
    expect_said(page, "You said: from the other tab")
    say(page, "and back")  # this tab's form was drawn before the other one wrote
    expect_said(page, "You said: and back")
    expect_said(other, "You said: and back")
    for tab in (page, other):
        assert tab.locator(".bubble").count() == 7
        tab.reload()
        assert tab.locator(".bubble").count() == 7
    assert assistant.heard == ["hello", "from the other tab", "and back"]


def test_A8_offline_and_back_fetches_what_was_said_meanwhile(open_page, site):
    page = open_page()
    say(page, "can i talk to a person please")
    expect_said(page, "A person will answer you here.")
    page.context.set_offline(True)
    agent_writes(site.parts, "Hello, this is Asha.")
    say(page, "are you there?")
    expect_said(page, "Check your connection")
    assert page.input_value("#text") == "are you there?"
    page.context.set_offline(False)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Hello, this is Asha.")).to_have_count(1)
    expect(page.locator(".message.citizen .bubble").last).to_have_text("are you there?")
    page.go_back()
    page.go_forward()
    expect(page.get_by_text("Hello, this is Asha.")).to_have_count(1)


def test_A8_after_a_day_of_silence_it_is_said_and_nothing_typed_is_lost(open_page, clock):
    page = open_page()
    say(page, "hello")
    expect_said(page, "You said: hello")
    page.type("#text", "half a thought")
    clock.ahead += timedelta(hours=25).total_seconds()
    page.reload()
    expect(page.get_by_role("heading", name="This chat has ended")).to_be_visible()
    page.get_by_role("button", name="Start a new chat").click()
    expect(page.locator("#text")).to_be_visible()


def test_A3_the_place_in_the_queue_is_seen_and_not_read_out(open_page, site):
    page = open_page()
    say(page, "can i talk to a person please")
    expect_said(page, "A person will answer you here.")
    expect(page.locator("#wait")).to_contain_text("You are next in the queue.")
    live = page.locator("[aria-live], [role=log], [role=status], [role=alert], output")
    assert live.count() == 1
    assert page.locator("#log #wait").count() == 0
    assert page.evaluate("document.activeElement.id") == "text"
    picture(page, "waiting")


STATES = ("empty", "asked", "waiting", "danger", "move", "resume", "ended", "thanks", "about-you")


def states(page: Page, site, arabic: bool = False):
    """The citizen's states one after another, by name."""
    yield "empty"
    page.fill("#text", "there is a pothole")
    page.locator("#write button:not([type])").click()
    expect(page.locator(".choices button").first).to_be_visible()
    yield "asked"
    page.fill("#text", "can i talk to a person please")
    page.locator("#write button:not([type])").click()
    expect(page.locator("#wait")).to_be_visible()
    yield "waiting"
    page.fill("#text", "i want to kill myself")
    page.locator("#write button:not([type])").click()
    expect(page.locator("#exit")).to_be_visible()
    yield "danger"
    page.locator("form[action='/chat/move'] button").click()
    expect(page.locator(".code")).to_be_visible()
    yield "move"
    page.goto(site.url + "/resume")
    page.fill("#code", "wrong")
    page.locator("main button").click()
    expect(page.locator("#code-error")).to_be_visible()
    yield "resume"
    page.goto(site.url)
    page.locator("form[action='/chat/end'] button").click()
    expect(page.locator("form[action='/chat/new']")).to_be_visible()
    assert page.locator("#got-yes").count() == 0, "nobody in danger is asked how we did"
    page.locator("form[action='/chat/new'] button").click()
    page.fill("#text", "hello")
    page.locator("#write button:not([type])").click()
    expect(page.locator(".bubble")).to_have_count(3)
    page.locator("form[action='/chat/end'] button").click()
    expect(page.locator("#got-yes")).to_be_visible()
    yield "ended"
    page.check("#got-no")
    page.locator("form[action='/chat/feedback'] button").click()
    expect(page.locator("#thanks")).to_be_visible()
    yield "thanks"
    page.goto(site.url + "/about-you")
    yield "about-you"


def test_the_states_are_all_walked_through(open_page, site):
    assert tuple(states(open_page(), site)) == STATES


def test_A2_A5_A7_every_state_at_320_pixels(open_page, site):
    page = open_page(width=320, reduced_motion="reduce")
    for state in states(page, site):
        assert axe_violations(page) == [], state
        assert overflow(page) == 0, state
        assert small_targets(page) == [], state
        picture(page, f"320-{state}")


def small_targets(page: Page) -> list:
    """What is smaller than 44 pixels. A radio button's target is the line it stands in."""
    return page.evaluate(
        "[...document.querySelectorAll('a, button, summary, textarea,"
        " input:not([type=hidden], [type=radio]), .choice')]"
        ".filter(n => n.checkVisibility() && !n.closest('.bubble') && !n.matches('.skip'))"
        ".map(n => [n.innerText || n.id, n.getBoundingClientRect()])"
        ".filter(([, r]) => r.width < 44 || r.height < 44).map(([t, r]) => [t, r.width, r.height])"
    )


@pytest.mark.parametrize("language", ["ar", "bn", "pl"])
def test_A5_A6_every_state_at_400_percent_with_wide_text_in_long_languages(
    open_page, site, language
):
    page = open_page(f"/?lang={language}", width=320, height=256, reduced_motion="reduce")
    session = page.context.new_cdp_session(page)
    for state in states(page, site):
        widen_text(session)
        assert overflow(page) == 0, state
        assert clipped(page) == [], state
        picture(page, f"400-{language}-{state}")


def widen_text(session) -> None:
    """The spacing of WCAG 1.4.12, as a reader's own style sheet sets it."""
    session.send("DOM.enable")
    session.send("CSS.enable")
    frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    sheet = session.send("CSS.createStyleSheet", {"frameId": frame})["styleSheetId"]
    spacing = (
        "* { line-height: 1.5 !important; letter-spacing: .12em !important;"
        " word-spacing: .16em !important } p { margin-bottom: 2em !important }"
    )
    session.send("CSS.setStyleSheetText", {"styleSheetId": sheet, "text": spacing})


def clipped(page: Page) -> list[str]:
    return page.evaluate(
        "[...document.querySelectorAll('main *, header *, footer *')]"
        ".filter(n => n.checkVisibility() && !n.matches('.visually-hidden')"
        " && n.scrollWidth > n.clientWidth + 1"
        " && getComputedStyle(n).overflowX !== 'visible').map(n => n.outerHTML)"
    )


def test_L2_arabic_is_laid_out_from_the_right(open_page):
    page = open_page("/?lang=ar")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.fill("#text", "أين سلتي؟")
    page.locator("#write button:not([type])").click()
    expect(page.locator(".bubble")).to_have_count(3)
    mine = page.locator(".message.citizen .bubble").bounding_box()
    theirs = page.locator(".message.assistant .bubble").last.bounding_box()
    assert mine["x"] < theirs["x"], "the citizen's words are on the left, the others' on the right"
    brand, picker = (page.locator(s).bounding_box() for s in (".brand", ".languages"))
    assert brand["x"] > picker["x"]
    assert axe_violations(page) == []
    picture(page, "arabic")


@pytest.mark.parametrize("language", ["ar", "ur"])
def test_L4_numbers_to_call_are_not_turned_round(open_page, language):
    """A number such as 116 123 reads 123 116 in a line from the right unless it is held."""
    page = open_page(f"/?lang={language}")
    page.fill("#text", "i want to kill myself")
    page.locator("#write button:not([type])").click()
    expect(page.locator("#exit")).to_be_visible()
    for pair in (["116", "123"], ["0345", "000"]):
        left = page.evaluate(GROUPS_FROM_LEFT, pair)
        assert left and all(left), pair
    page.reload()
    assert all(page.evaluate(GROUPS_FROM_LEFT, ["116", "123"]))
    picture(page, f"danger-{language}")


GROUPS_FROM_LEFT = """([first, second]) => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const at = node.data.search(new RegExp(first + "[ \u00a0]" + second));
    if (at < 0) continue;
    const box = (from, length) => {
      const range = document.createRange();
      range.setStart(node, from), range.setEnd(node, from + length);
      return range.getBoundingClientRect();
    };
    found.push(box(at, first.length).left < box(at + first.length + 1, second.length).left);
  }
  return found;
}"""


def test_A5_the_way_out_stays_in_sight_and_covers_no_focus(open_page):
    page = open_page(width=320, height=400, reduced_motion="reduce")
    say(page, "there is a pothole")
    expect_said(page, "Where is the pothole?")
    say(page, "i want to kill myself")
    way_out = page.locator("#exit a")
    expect(way_out).to_be_visible()
    expect(page.locator("#working")).to_be_hidden()
    expect(way_out).to_be_in_viewport()
    page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    expect(way_out).to_be_in_viewport()
    for key in ["Shift+Tab"] * 12 + ["Tab"] * 20:
        page.keyboard.press(key)
        assert page.evaluate(UNCOVERED), page.evaluate("document.activeElement.outerHTML")


def test_L2_the_picker_names_every_language_in_itself(open_page, site):
    page = open_page("/privacy", script=False, width=320)
    offered = site.parts.council.languages
    page.locator("summary").click()
    for code, name in list(offered.items())[1:]:
        link = page.locator(f".languages [lang='{code}']")
        expect(link).to_have_text(name)
    page.get_by_role("link", name="Polski").click()
    expect(page.locator("html")).to_have_attribute("lang", "pl")
    expect(page.locator(".languages [aria-current]")).to_have_text("Polski")


def test_A9_help_stands_in_the_same_place_on_every_page(open_page, site):
    page = open_page(script=False)
    say(page, "hello")
    page.get_by_role("button", name="Go on with this on another device").click()
    feet = {page.locator("footer").inner_text()}
    for path in ("/", "/privacy", "/accessibility", "/resume", "/about-you", "/nope"):
        page.goto(site.url + path)
        order = page.evaluate(
            "[...document.querySelectorAll('header, main, footer')].map(n => n.tagName)"
        )
        assert order == ["HEADER", "MAIN", "FOOTER"], path
        feet.add(page.locator("footer").inner_text())
    assert len(feet) == 1 and "0345 000 0000" in feet.pop()


def test_A10_what_was_told_before_is_on_the_agents_page_and_not_asked_again(
    open_page, site, browser
):
    from tests.browser.desk_browser import signed_in

    page = open_page()
    say(page, "the pothole by 12 High Street nearly had me off my bike")
    expect_said(page, "Where is the pothole?")
    say(page, "can i talk to a person please")
    expect_said(page, "They can see what you told us, so you need not say it again.")
    desk = signed_in(browser, site, site.hire("asha"))
    desk.goto(site.url + "/desk")
    desk.get_by_role("link", name=re.compile("Not known yet|pothole", re.IGNORECASE)).first.click()
    expect(desk.locator("#log")).to_contain_text("12 High Street")
    desk.context.close()


def test_A11_a_code_may_be_pasted(open_page, site):
    page = open_page("/resume")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.url)
    page.evaluate("navigator.clipboard.writeText('K7PM-2Q9D')")
    page.focus("#code")
    page.keyboard.press("Control+V")
    assert page.input_value("#code") == "K7PM-2Q9D"
    assert page.get_attribute("#code", "autocomplete") == "one-time-code"


def test_the_chat_is_printed_without_its_controls(open_page):
    page = open_page()
    say(page, "there is a pothole")
    expect_said(page, "Where is the pothole?")
    page.emulate_media(media="print")
    for hidden in ("#write", "#after", ".choices", ".languages"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".bubble").last).to_be_visible()
    picture(page, "print")
