"""The service manager's pages in a browser: accessible, narrow, by keyboard, live."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from bot.understanding import Answer, Said, Understanding
from channels.gates import admitted_policy
from tests.browser.desk_browser import axe_violations, signed_in, too_small, too_wide
from tests.staff_kit import manager_router, staff_site
from tests.web_kit import make_parts

MISSED = Answer((Said("?", "en"),), Understanding(fallback=True), ({"type": "misunderstood"},))
CARD = "/manager/services/pothole"


@pytest.fixture
def site(tmp_path, clock):
    parts = make_parts(tmp_path, clock=clock)
    parts.turn.assistant.script["moon"] = MISSED
    models = parts.settings.home / "models"
    models.mkdir()
    for name in ("new", "old"):
        (models / f"fairway-{name}.tar.gz").write_text(name)
        told = {"file": f"fairway-{name}.tar.gz", "sha256": "0", "inputs_fingerprint": name,
                "trained_at": "2026-11-29T10:00:00+00:00"}  # fmt: skip
        (models / f"fairway-{name}.about.json").write_text(json.dumps(told))
        share = {"what": "service, first guess", "lang": "cy", "group": "all", "k": 9, "n": 10,
                 "share": 0.9, "low": 0.8, "high": 0.95, "good": True}  # fmt: skip
        (models / f"fairway-{name}.figures.json").write_text(json.dumps([share]))
    (models / "live.json").write_text(json.dumps({**told, "file": "fairway-new.tar.gz"}))
    noted = {"model": "fairway-old.tar.gz", "reasons": ["cy: below its floor"]}
    (models / "gate.jsonl").write_text(json.dumps(noted) + "\n")
    admitted_policy(parts.settings)
    with staff_site(parts, manager_router) as served:
        yield served
    parts.engine.dispose()


@pytest.fixture
def open_as_manager(site, browser):
    made = []

    def open_(**options):
        username = f"mair{len(made)}"
        made.append(signed_in(browser, site, site.hire(username, ["service_manager"]), **options))
        return made[-1]

    yield open_
    for page in made:
        page.context.close()


def states(site, page):
    """Every page and state, one after another, by name."""

    def go(place):
        page.goto(f"{site.url}{place}")
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")

    go("/manager")
    yield "nothing missed"
    site.citizen("they did not take the moon " + "averyverylongword" * 12)
    site.citizen("take the moon please")
    go("/manager")
    yield "messages that were missed"
    page.get_by_label("They wanted").first.select_option("service_bulky_waste")
    page.get_by_role("button", name="Look at the change").first.click()
    expect(page.get_by_text("What changes in")).to_be_visible()
    yield "a phrase with its change"
    page.get_by_label("Phrase").fill("take [it] away")
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_role("alert")).to_contain_text("in place of each mark")
    yield "a phrase refused"
    page.get_by_label("Phrase").fill("take the sofa away please")
    page.get_by_role("button", name="Look at the change").click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("status")).to_contain_text("learns it at the next training")
    yield "a phrase kept"
    go("/manager/models?model=fairway-old.tar.gz")
    yield "a model beside the live one"
    go("/manager/policy")
    yield "the policy"
    text = page.get_by_label("Policy", exact=True)
    text.fill(text.input_value().replace("2026-11-23.1", "trial").replace("no_internet, ", ""))
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("The gate says no")).to_be_visible()
    yield "a policy tried"
    page.get_by_label("Policy", exact=True).fill("rules: [")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "a policy refused"
    go("/manager/gaps")
    yield "gaps"
    go("/manager/services")
    yield "services"
    go(CARD)
    yield "a card"
    card = page.get_by_label("Card", exact=True)
    card.fill(card.input_value().replace("team: highways", "team: roads"))
    page.get_by_role("button", name="Look at the change").click()
    expect(page.get_by_text("+team: roads")).to_be_visible()
    yield "a card changed"


@pytest.mark.timeout(900)  # very many pages
def test_A2_A5_A7_every_page_is_right_wide_and_narrow(site, open_as_manager):
    """axe finds nothing; at 320 pixels nothing scrolls sideways; nothing to press is too small."""
    page = open_as_manager(viewport={"width": 320, "height": 640})
    wrong = {}
    for state in states(site, page):
        narrow = [*too_wide(page), *too_small(page)]
        page.set_viewport_size({"width": 1280, "height": 800})
        found = [*narrow, *axe_violations(page)]
        page.set_viewport_size({"width": 320, "height": 640})
        if found:
            wrong[state] = found
    assert wrong == {}


def test_A1_a_phrase_is_taught_and_a_card_changed_with_scripts_off(site, open_as_manager):
    page = open_as_manager(java_script_enabled=False)
    site.citizen("take the moon please")
    page.goto(f"{site.url}/manager")
    page.get_by_label("They wanted").select_option("service_bulky_waste")
    page.get_by_role("button", name="Look at the change").click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("cell", name="take the moon please", exact=True)).to_be_visible()
    page.goto(f"{site.url}{CARD}")
    card = page.get_by_label("Card", exact=True)
    card.fill(card.input_value().replace("team: highways", "team: roads"))
    page.get_by_role("button", name="Look at the change").click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("status")).to_contain_text("The card is changed")


def test_A4_a_card_is_changed_by_keyboard_with_its_meaning_shown_meanwhile(site, open_as_manager):
    page = open_as_manager()
    page.goto(f"{site.url}{CARD}")
    page.get_by_label("Card", exact=True).focus()
    page.keyboard.press("Control+Home")
    for _ in range(len("# A hole in a road or path.\n".splitlines())):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    page.keyboard.type("id: nowhere")
    expect(page.locator("#card-error")).to_contain_text("Line 2")
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    page.keyboard.type("id: pothole")
    expect(page.locator("#card-error")).to_be_hidden()
    page.keyboard.press("Control+End")
    page.keyboard.type(
        '\nfacts:\n  - text: {en: "We mend holes in a week."}\n'
        "source: https://example.gov.uk/holes\nreviewed: 2026-11-01\n"
    )
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Look at the change")).to_be_focused()
    page.keyboard.press("Enter")
    expect(
        page.get_by_role("alert").or_(page.get_by_role("button", name="Keep it"))
    ).to_be_visible()
