"""S6: hostile words go through citizen, desk, transcript and export, and nothing runs."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata

import pytest
from playwright.sync_api import Page, expect

from bot.desk_work import answer_citizen, claim_case
from bot.handoff import HandoffStatus
from bot.message import clean_text
from bot.take_in import take_in
from bot.turn import handle_turn
from channels.web.chat_page import split_links
from fairness.report.as_csv import guarded
from tests.browser.desk_browser import signed_in
from tests.browser.visitors import expect_said, say
from tests.hostile import ALL, FORMULAS, MARKUP, SPOOFS

WATCH = """document.addEventListener('securitypolicyviolation',
  (event) => (window.hit = event.violatedDirective))"""
TRAPS = (
    "script:not([src^='/static/']), iframe, svg:not(.mark), object, embed, video, base,"
    " meta[http-equiv]"
)


@pytest.fixture
def hostile_chat(open_page, site):
    """A page on which a citizen has said all of it, and an agent has said it back."""
    page = open_page()
    page.context.add_init_script(WATCH)
    page.reload()
    say(page, "can i speak to a person please")
    expect_said(page, "A person will answer you here.")
    asha = site.hire("asha", name="<script>window.hit=1</script> Asha")
    with site.store.begin() as work:
        (case,) = work.handoffs.with_status(HandoffStatus.WAITING)
    claim_case(site.desk, asha, case.id)
    turn = site.parts.turn
    for n, text in enumerate(ALL):
        handle_turn(turn, take_in(turn, case.conversation_id, text, client_id=f"h{n}").message)
        answer_citizen(site.desk, asha, case.id, text)
    return page, asha, case


def harmless(page: Page) -> None:
    assert page.evaluate("window.hit") is None
    assert page.locator(TRAPS).count() == 0
    assert page.locator("[onerror], [onload], [onfocus], [onclick], [ontoggle]").count() == 0
    hrefs = page.evaluate("[...document.links].map(a => a.protocol)")
    assert set(hrefs) <= {"http:", "https:", "tel:"}


def test_S6_hostile_words_run_nowhere(hostile_chat, site, browser):
    page, asha, case = hostile_chat
    expect(page.locator(".message.agent")).to_have_count(len(ALL))  # came by the stream
    harmless(page)
    page.reload()  # and drawn by the server
    expect(page.locator(".message.agent")).to_have_count(len(ALL))
    harmless(page)
    shown = page.locator(".message.citizen .bubble").all_inner_texts()[1:]
    assert [_visible(s) for s in shown] == [_visible(clean_text(t)) for t in ALL]
    desk = signed_in(browser, site, asha)
    desk.context.add_init_script(WATCH)
    for path in (f"/desk/cases/{case.id}", "/desk"):
        desk.goto(site.url + path)
        harmless(desk)
    desk.context.close()


def test_S6_what_is_saved_holds_words_and_nothing_that_hides(hostile_chat, site):
    page, _, _ = hostile_chat
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save a copy").click()
    transcript = saved.value.path().read_text("utf-8")
    page.goto(site.url + "/privacy")
    with page.expect_download() as exported:
        page.get_by_role("link", name="Save all we keep").click()
    held = exported.value.path().read_text("utf-8")
    for name, text in (("transcript", transcript), ("export", held)):
        hidden = {c for c in text if unicodedata.category(c) in {"Cf", "Co", "Cs"}}
        assert hidden <= {"\u200c", "\u200d"}, name
        assert not {c for c in text if unicodedata.category(c) == "Cc"} - {"\n", "\t"}, name
    said = [m["text"] for m in json.loads(held)["messages"]]
    assert all(clean_text(text) in said for text in MARKUP)


@pytest.mark.parametrize("text", FORMULAS[:-1])
def test_S6_a_spreadsheet_gets_text_for_a_formula(text):
    out = io.StringIO()
    csv.writer(out).writerow([guarded(text)])
    (cell,) = next(csv.reader(io.StringIO(out.getvalue())))
    assert not re.match(r"\s*[=+\-@]", cell)


@pytest.mark.parametrize("text", SPOOFS)
def test_S6_what_pretends_is_stripped_or_no_link(text):
    cleaned = clean_text(text)
    assert not set(cleaned) & set("\u202e\u202c\u2066\u2069\u200b\ufeff\x00\x07\x1b")
    assert all(piece.isascii() for piece, is_link in split_links(cleaned) if is_link)


def _visible(text: str) -> str:
    return " ".join(text.split())
