"""The pages beside a case in a real browser: axe, 320 pixels, and a yes from the citizen."""

from __future__ import annotations

from functools import partial

import pytest
from playwright.sync_api import expect

from bot.council_case import CaseLook, CouncilCase
from bot.desk_work import claim_case
from bot.message import Medium
from bot.take_in import take_in
from bot.turn import handle_turn
from channels.auth import make_auth_router
from channels.desk import make_desk_router
from channels.desk.cases_memory import MemoryCases
from tests.browser.desk_browser import axe_violations, signed_in, too_small, too_wide
from tests.staff_kit import Site
from tests.web_kit import make_parts, public_app, serve

NUMBER = "447700900123"


@pytest.fixture
def beside(tmp_path, clock):
    """A desk whose council knows one case and not the other."""
    parts = make_parts(tmp_path, clock=clock)
    looker = MemoryCases({"SC-1": CaseLook("planned", "On " + "Monday" * 20)})
    with serve(public_app(parts, make_auth_router, partial(make_desk_router, looker=looker))) as at:
        yield Site(parts, at.url), looker
    parts.engine.dispose()


def states(site, looker, page, asha):
    web = site.waiting()
    claim_case(site.desk, asha, web.id)
    page.goto(f"{site.url}/desk/cases/{web.id}")
    expect(page.get_by_text("Nothing links this web chat")).to_be_visible()
    yield "nothing links it"
    site.citizen("my bin is " + "full" * 40, medium=Medium.SMS, address=NUMBER)
    case = site.waiting(medium=Medium.SMS, address=NUMBER)
    claim_case(site.desk, asha, case.id)
    now = site.parts.turn.clock.now()
    with site.store.begin() as work:
        for reference, system in (("SC-1", "cases"), ("R" * 70, "open311")):
            made = CouncilCase(case.conversation_id, system, reference, "pothole", now)
            work.council_cases.add(made)
        work.commit()
    page.goto(f"{site.url}/desk/cases/{case.id}")
    yield "cases in council systems"
    page.get_by_role("link", name="How are they now?").click()
    expect(page.get_by_text("does not know this reference")).to_be_visible()
    yield "how they are"
    page.go_back()
    page.get_by_text("Let the assistant ask the questions").click()
    expect(page.get_by_label("Service")).to_have_value("")
    yield "questions"
    start = page.get_by_role("button", name="Start the questions")
    start.evaluate("button => button.form.noValidate = true")
    start.click()
    expect(page.locator("#questions-error")).to_be_visible()
    yield "questions refused"
    page.get_by_role("button", name="Ask if we may read it").click()
    expect(page.get_by_text("has not answered yet")).to_be_visible()
    yield "asked"
    turn = site.parts.turn
    handle_turn(turn, take_in(turn, case.conversation_id, "yes").message)
    page.get_by_role("link", name="Read it").click()  # the page has heard of it by itself
    expect(page.get_by_role("heading", name="What they wrote before")).to_be_visible()
    yield "listed"
    page.locator("#earlier-1").click()
    expect(page.get_by_text("my bin is").first).to_be_visible()
    yield "read"


def test_A2_A5_A7_the_pages_beside_a_case(beside, browser):
    site, looker = beside
    asha = site.hire("asha")
    page = signed_in(browser, site, asha, viewport={"width": 320, "height": 640})
    wrong = {}
    for state in states(site, looker, page, asha):
        found = [*too_wide(page), *too_small(page), *axe_violations(page)]
        if found:
            wrong[state] = found
    page.context.close()
    assert wrong == {}
