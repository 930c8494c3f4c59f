"""Visits, referrals, answers to confirm and a code at sign-in, in a real browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from playwright.sync_api import expect

from bot.desk_visit import FreeVisit
from bot.desk_work import claim_case
from bot.message import Button
from bot.understanding import Answer, Said, Understanding
from channels.auth import make_auth_router
from channels.desk import make_desk_router
from channels.desk.visits_memory import MemoryVisits
from tests.browser.desk_browser import axe_violations, press_to, signed_in, too_small, too_wide
from tests.staff_kit import PASSWORD, Site
from tests.web_kit import make_parts, public_app, serve

SECRET = "JBSWY3DPEHPK3PXP" * 2


@pytest.fixture
def equipped(tmp_path, clock):
    """A desk with partner organisations, free times for visits, and a held answer."""
    parts = make_parts(tmp_path, clock=clock)
    partners = {"Citizens Advice": "referrals@advice.example.org", "Homes " * 9: "a@b.example"}
    parts = replace(parts, council=replace(parts.council, partners=partners))
    at = parts.turn.clock.now() + timedelta(days=1)
    held = {f"v{n}": FreeVisit(f"v{n}", f"Library {'long' * 12} {n}", at) for n in range(2)}
    visits = MemoryVisits(held)
    router = partial(make_desk_router, visits=visits)
    with serve(public_app(parts, make_auth_router, router)) as served:
        yield Site(parts, served.url), visits
    parts.engine.dispose()


def states(site, visits, page, who):
    """Visits, referrals, a code at sign-in and an answer to confirm, one after another."""
    case = site.waiting()
    claim_case(site.desk, who, case.id)
    page.goto(f"{site.url}/desk/cases/{case.id}")
    page.locator("summary", has_text="Refer").click()
    expect(page.get_by_label("What they should know")).to_be_visible()
    yield "a referral"
    page.get_by_label("What they should know").fill("rent")
    page.get_by_role("button", name="Refer").evaluate("button => button.form.noValidate = true")
    page.get_by_role("button", name="Refer").click()
    expect(page.locator("#refer-error")).to_be_visible()
    yield "a referral refused"
    page.goto(f"{site.url}/desk/cases/{case.id}/visit")
    yield "free visits"
    page.get_by_role("button", name="Book it").evaluate("button => button.form.noValidate = true")
    page.get_by_role("button", name="Book it").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "a visit refused"
    visits.held.clear()
    page.goto(f"{site.url}/desk/cases/{case.id}/visit")
    yield "no visit free"
    visits.down = True
    page.goto(f"{site.url}/desk/cases/{case.id}/visit")
    yield "no booking system"
    made = Understanding(intent="service_pothole", service="pothole", language="en")
    said = Said("We mend it in " + "longword" * 12, "en", (Button("Yes", "/affirm"),))
    site.parts.turn.assistant.script["hole"] = Answer((said,), made)
    turn = replace(site.parts.turn, confirmed_by={"pothole": "highways"}.get)
    held = Site(replace(site.parts, turn=turn), site.url).waiting("a hole")
    page.goto(f"{site.url}/desk/cases/{held.id}")
    expect(page.get_by_role("button", name="Send it as it is")).to_be_visible()
    yield "an answer to confirm"
    page.goto(f"{site.url}/account")
    yield "an account"
    page.context.clear_cookies()
    with site.store.begin() as work:
        work.staff.save(replace(work.staff.named(who.username), totp_secret=SECRET))
        work.commit()
    page.goto(f"{site.url}/sign-in")
    page.get_by_label("User name").fill(who.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Code")).to_be_visible()
    yield "a code at sign-in"
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "a code refused"


def test_A2_A5_A7_visits_referrals_codes_and_answers_to_confirm(equipped, browser):
    site, visits = equipped
    who = site.hire("lee", ["administrator"])
    page = signed_in(browser, site, who, viewport={"width": 320, "height": 640})
    wrong = {}
    for state in states(site, visits, page, who):
        found = [*too_wide(page), *too_small(page), *axe_violations(page)]
        if found:
            wrong[state] = found
    page.context.close()
    assert wrong == {}


def test_A4_a_visit_and_a_yes_by_keyboard_alone(equipped, browser):
    site, visits = equipped
    asha = site.hire("asha")
    page = signed_in(browser, site, asha)
    case = site.waiting()
    claim_case(site.desk, asha, case.id)
    page.goto(f"{site.url}/desk/cases/{case.id}/visit")
    page.keyboard.press("Tab")
    press_to(page, page.get_by_role("radio").first)
    page.keyboard.press("Space")
    press_to(page, page.get_by_role("button", name="Book it"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("A-0001")
    page.context.close()
