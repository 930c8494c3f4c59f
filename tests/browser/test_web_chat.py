"""The chat in a real browser, with its script."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.desk_browser import axe_violations
from tests.browser.visitors import POTHOLE, agent_writes, expect_said, overflow, say

LOG_WATCH = """
window.added = []; window.changed = 0;
new MutationObserver(list => list.forEach(m => {
  if (m.target.id === "log") m.addedNodes.forEach(n => window.added.push(n.className));
  else window.changed += 1;
})).observe(document.getElementById("log"), {childList: true, subtree: true, characterData: true});
"""


@pytest.fixture(autouse=True)
def assistant(site):
    site.parts.turn.assistant.script["pothole"] = POTHOLE
    return site.parts.turn.assistant


def test_a_chat_goes_on_without_reloading(open_page):
    page = open_page()
    page.evaluate("window.here = true")
    say(page, "there is a pothole")
    expect_said(page, "there is a pothole", "Where is the pothole?")
    link = page.get_by_role("link", name="https://example.org/potholes")
    assert link.get_attribute("href") == "https://example.org/potholes"
    page.get_by_role("button", name="High Street").click()
    expect_said(page, "High Street", "You said: /high")
    assert page.evaluate("window.here")
    assert page.evaluate("document.activeElement.id") == "text"
    page.reload()
    expect_said(page, "High Street", "You said: /high")
    assert page.locator(".bubble").count() == 5


def test_enter_sends_and_shift_enter_does_not(open_page):
    page = open_page()
    page.fill("#text", "one")
    page.press("#text", "Shift+Enter")
    page.type("#text", "two")
    assert page.input_value("#text") == "one\ntwo"
    page.press("#text", "Enter")
    expect_said(page, "one\ntwo", "You said: one\ntwo")
    assert page.input_value("#text") == ""


def test_A3_each_message_is_added_once_and_history_is_left_alone(open_page, site):
    page = open_page()
    say(page, "hello")
    expect_said(page, "You said: hello")
    live = page.locator("[aria-live], [role=log], [role=status], [role=alert], output")
    assert live.count() == 1
    page.evaluate(LOG_WATCH)
    say(page, "again")
    expect_said(page, "You said: again")
    agent_writes(site.parts, "Hello, this is Asha.")
    expect_said(page, "Hello, this is Asha.")
    time.sleep(0.3)  # the stream may still repeat what the answer brought
    assert page.evaluate("window.added") == [
        "message new citizen", "message new assistant", "message new agent",
    ]  # fmt: skip
    assert page.evaluate("window.changed") <= 1  # the old choices went


def test_an_agent_is_heard_at_once_and_the_focus_stays(open_page, site):
    page = open_page()
    say(page, "can I talk to a person please")
    expect_said(page, "A person will answer you here.")
    page.fill("#text", "half a thou")
    agent_writes(site.parts, "Hello, this is Asha.")
    expect_said(page, "Hello, this is Asha.")
    assert "Person at the council" in page.locator(".message.agent .who").inner_text()
    assert page.input_value("#text") == "half a thou"
    assert page.evaluate("document.activeElement.id") == "text"


def test_A8_a_draft_survives_a_reload_and_a_lost_connection(open_page):
    page = open_page()
    say(page, "hello")
    expect_said(page, "You said: hello")
    page.type("#text", "half a thought")
    page.reload()
    assert page.input_value("#text") == "half a thought"
    page.context.set_offline(True)
    page.get_by_role("button", name="Send", exact=True).click()
    expect_said(page, "Check your connection")
    assert page.input_value("#text") == "half a thought"
    page.context.set_offline(False)
    page.get_by_role("button", name="Send", exact=True).click()
    expect_said(page, "half a thought", "You said: half a thought")
    assert page.input_value("#text") == ""


def test_a_lost_answer_is_fetched_again_and_said_once(open_page, assistant):
    page = open_page()
    say(page, "hello")
    expect_said(page, "You said: hello")
    lost = []

    def lose_the_first(route):
        if lost:
            return route.continue_()
        lost.append(route.fetch())  # the server has it; the browser never hears
        route.abort()

    page.route("**/chat", lose_the_first)
    say(page, "my bin")
    expect_said(page, "my bin", "You said: my bin")
    assert assistant.heard == ["hello", "my bin"]
    page.reload()
    assert page.locator(".bubble").count() == 5


def test_on_a_bad_line_the_page_stays_and_where_fetch_goes_on_failing_the_form_is_sent(open_page):
    page = open_page()
    page.evaluate("window.here = true; window.fetch = async () => { throw 1 }; 0")
    for tries in (1, 2):
        say(page, "hello")
        expect(page.locator(".message.system")).to_have_count(tries)
        assert page.input_value("#text") == "hello" and page.evaluate("window.here")
    say(page, "hello")
    expect(page.locator(".bubble").nth(-1)).to_contain_text("You said: hello")
    assert not page.evaluate("window.here")


def test_what_an_agent_wrote_while_the_stream_was_down_is_not_skipped(open_page, site):
    page = open_page()
    say(page, "hello")
    expect_said(page, "You said: hello")
    page.route("**/chat/events*", lambda route: route.abort())
    page.reload()
    agent_writes(site.parts, "Go to the town hall")
    say(page, "are you there")
    expect_said(page, "Go to the town hall", "are you there", "You said: are you there")


def test_words_that_were_kept_after_all_are_not_sent_again_and_new_ones_are(open_page, assistant):
    page = open_page()
    say(page, "hello")
    expect_said(page, "You said: hello")

    def lose(route):
        route.fetch()  # the server has it; the browser never hears
        route.abort()

    page.route("**/chat", lose)
    say(page, "my bin")
    expect_said(page, "my bin", "You said: my bin")  # by the stream
    expect(page.locator("#text")).to_have_value("")
    page.unroute("**/chat")
    say(page, "no wait, my street light")
    expect_said(page, "no wait, my street light", "You said: no wait, my street light")
    assert assistant.heard == ["hello", "my bin", "no wait, my street light"]


def test_a_stream_that_was_refused_is_opened_again(open_page, site):
    page = open_page()
    say(page, "hello")
    expect_said(page, "You said: hello")
    refused = []

    def refuse_once(route):
        if refused:
            return route.continue_()
        refused.append(1)
        route.fulfill(status=503, content_type="application/json", body="{}")

    page.route("**/chat/events*", refuse_once)
    page.reload()
    agent_writes(site.parts, "Go to the town hall")
    expect_said(page, "Go to the town hall")
    assert refused


def test_a_page_that_is_out_of_date_renews_itself(open_page):
    page = open_page()
    page.evaluate("document.querySelector('[name=csrf]').value = 'old.token'")
    say(page, "my long story")
    expect(page.locator("#problem")).to_contain_text("Nothing is lost")
    assert page.input_value("#text") == "my long story"
    page.get_by_role("button", name="Send", exact=True).click()
    expect_said(page, "You said: my long story")


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u200b"])
def test_nothing_to_read_is_said(open_page, text):
    page = open_page()
    say(page, text)
    expect_said(page, "There was nothing to read in that message. Please type what you need")


@pytest.mark.parametrize("text", ["x" * 10_000, "👍👍"])
def test_a_refused_message_is_answered_and_stays_in_the_box(open_page, text):
    page = open_page()
    say(page, text)
    expect(page.locator(".message.system, .message.assistant").nth(1)).to_be_visible()
    expect(page.locator("#text")).to_have_value(text)
    assert page.get_by_role("button", name="Talk to a person").count() == 1


EVIL = (
    "<script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    '"><svg onload=window.hit=1>',
    "javascript:window.hit=1",
    "https://x/'onclick=window.hit=1",
    "\u202egnp.exe",
    "{{7*7}} ${7*7}",
)


def test_s6_nothing_a_citizen_types_runs(open_page):
    page = open_page()
    for n, text in enumerate(EVIL):
        say(page, text)
        expect(page.locator(".bubble")).to_have_count(3 + 2 * n)
        expect(page.locator("#working")).to_be_hidden()
    for _ in range(2):
        assert page.evaluate("window.hit") is None
        assert page.locator(".log script, .log img, .log svg").count() == 0
        assert page.locator(".message.citizen a").count() == 0
        page.reload()
        expect(page.locator(".bubble")).to_have_count(1 + 2 * len(EVIL))


def test_after_danger_there_is_a_quick_way_out(open_page):
    page = open_page()
    expect(page.locator("#exit")).to_be_hidden()
    say(page, "i want to kill myself")
    expect_said(page, "116 123", "I have asked a person")
    way_out = page.get_by_role("link", name="Leave this page now")
    expect(way_out).to_be_visible()
    assert way_out.get_attribute("href").startswith("https://www.bbc.co.uk/")


def test_ending_keeps_a_copy_and_starts_afresh(open_page):
    page = open_page()
    say(page, "hello")
    expect_said(page, "You said: hello")
    page.get_by_role("button", name="End this chat").click()
    expect(page.get_by_role("heading", name="This chat has ended")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save a copy").click()
    assert "You said: hello" in saved.value.path().read_text("utf-8")
    page.get_by_role("button", name="Start a new chat").click()
    expect(page.locator(".bubble")).to_have_count(1)


def test_welsh_is_picked_by_its_own_name(open_page):
    page = open_page()
    page.get_by_role("link", name="Cymraeg").click()
    expect(page.locator("html")).to_have_attribute("lang", "cy")
    say_in_welsh = page.get_by_role("button", name="Anfon", exact=True)
    page.fill("#text", "helo")
    say_in_welsh.click()
    expect(page.locator(".bubble")).to_have_count(3)
    assert page.locator(".bubble").first.get_attribute("lang") == "cy"


def test_L2_every_message_has_its_language_and_finds_its_direction(open_page, site):
    page = open_page()
    say(page, "میرا کوڑا")
    expect(page.locator(".bubble")).to_have_count(3)
    for node in page.locator(".bubble").all():
        assert node.get_attribute("lang") and node.get_attribute("dir") in ("auto", "ltr")
    mine = page.locator(".message.citizen .bubble")
    assert mine.get_attribute("dir") == "auto"
    assert mine.evaluate("n => getComputedStyle(n).direction") == "rtl"


def test_L2_arabic_runs_from_right_to_left(open_page):
    page = open_page("/?lang=ar")
    greeting = page.locator(".message.assistant .bubble").first
    assert greeting.get_attribute("lang") == "ar"
    assert greeting.evaluate("n => getComputedStyle(n).direction") == "rtl"
    page.fill("#text", "hello")
    page.get_by_role("button", name="إرسال", exact=True).click()
    expect(page.locator(".bubble")).to_have_count(3)
    answer = page.locator(".message.assistant .bubble").last
    assert answer.get_attribute("dir") == "rtl"  # as its language says, though its text is ours


def test_A12_the_first_view_is_light(open_page, site):
    sizes: dict[str, int] = {}
    page = open_page("/privacy")
    page.on("response", lambda r: sizes.update({r.url: len(r.body())}))
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    received: list[int] = []
    session.on("Network.loadingFinished", lambda e: received.append(e["encodedDataLength"]))
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.goto(site.url + "/", wait_until="networkidle")
    assert len(received) >= 3
    assert sum(received) <= 14 * 1024, sum(received)


@pytest.mark.parametrize("width", [320, 1024])
def test_A2_A5_every_state_of_a_chat_passes_axe_and_reflows(open_page, width):
    page = open_page(width=width, reduced_motion="reduce")
    looked_at(page, "empty")
    for text in ("there is a pothole", "", "person please", "i want to kill myself"):
        before = page.locator(".bubble").count()
        say(page, text)
        expect(page.locator(".bubble").nth(before)).to_be_visible()
        expect(page.locator("#working")).to_be_hidden()
        looked_at(page, f"after {text!r}")
    page.get_by_role("button", name="End this chat").click()
    expect(page.get_by_role("heading", name="This chat has ended")).to_be_visible()
    looked_at(page, "ended")


def looked_at(page, state: str) -> None:
    assert axe_violations(page) == [], state
    assert overflow(page) == 0, state


def test_A4_everything_is_reached_by_keyboard_with_a_visible_focus(open_page):
    page = open_page()
    say(page, "there is a pothole")
    expect_said(page, "Where is the pothole?")
    page.reload()
    names, outlines = [], []
    for _ in range(45):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            "(() => { const n = document.activeElement, s = getComputedStyle(n); return "
            "[n === document.body ? 'BODY' : (n.innerText || n.id).trim(),"
            " s.outlineStyle + s.outlineWidth] })()"
        )
        if name == "BODY":
            break
        names.append(name)
        outlines.append(f"{name}: {outline}")
    for wanted in ("Cymraeg", "High Street", "Talk to a person", "text",
                   "Send", "End this chat", "0345 000 0000", "Privacy and your data"):  # fmt: skip
        assert wanted in names, names
    assert [o for o in outlines if not re.search(r"solid[23](\.\d+)?px$", o)] == []


UNCOVERED = """(() => {
  const node = document.activeElement, box = node.getClientRects()[0];
  if (node === document.body) return true;
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return box.top < innerHeight && box.bottom > 0 && (!top || node.contains(top));
})()"""


def test_A5_focus_is_never_covered_at_400_percent(open_page):
    page = open_page(width=320, height=256, reduced_motion="reduce")  # 1280 × 1024 at 400 %
    say(page, "there is a pothole")
    expect_said(page, "Where is the pothole?")
    assert overflow(page) == 0
    for _ in range(15):
        page.keyboard.press("Tab")
        seen = page.evaluate(UNCOVERED)
        assert seen, page.evaluate("document.activeElement.outerHTML")


def test_A6_text_spacing_clips_nothing(open_page):
    page = open_page(width=320)
    say(page, "there is a pothole")
    expect_said(page, "Where is the pothole?")
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    sheet = session.send("CSS.createStyleSheet", {"frameId": frame})["styleSheetId"]
    spacing = (
        "* { line-height: 1.5 !important; letter-spacing: .12em !important;"
        " word-spacing: .16em !important } p { margin-bottom: 2em !important }"
    )
    session.send("CSS.setStyleSheetText", {"styleSheetId": sheet, "text": spacing})
    assert overflow(page) == 0
    clipped = page.evaluate(
        "[...document.querySelectorAll('main *, header *, footer *')]"
        ".filter(n => !n.matches('.visually-hidden') && n.scrollWidth > n.clientWidth + 1"
        " && getComputedStyle(n).overflowX !== 'visible').map(n => n.outerHTML)"
    )
    assert clipped == []


@pytest.mark.parametrize("width", [320, 1024])
def test_A7_targets_are_at_least_44_pixels(open_page, width):
    page = open_page(width=width)
    say(page, "there is a pothole")
    expect_said(page, "Where is the pothole?")
    small = page.evaluate(
        "[...document.querySelectorAll('a, button, input:not([type=hidden]), textarea')]"
        ".filter(n => !n.closest('.bubble') && n.offsetParent && !n.matches('.skip'))"
        ".map(n => [n.innerText || n.id, n.getBoundingClientRect()])"
        ".filter(([, r]) => r.width < 44 || r.height < 44).map(([t, r]) => [t, r.width, r.height])"
    )
    assert small == []
