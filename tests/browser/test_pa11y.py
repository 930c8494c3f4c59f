"""A2: pa11y itself, with both its runners, on every page and state of all rooms. Needs npm.

pa11y opens each page anew with the cookies of somebody who has come to that state, as a browser
without our script's memory would. Slow: it starts a browser for every page.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.staff import Role
from channels.app import audit_router
from channels.auth import make_auth_router
from channels.desk import make_desk_router
from channels.gates import admitted_policy
from scripts.find_chromium import find_chromium
from scripts.npm_package import KEPT
from tests.browser.desk_browser import report_made, signed_in
from tests.browser.test_desk_beside import beside  # noqa: F401
from tests.browser.test_desk_beside import states as beside_states
from tests.browser.test_manager_pages import MISSED
from tests.browser.test_web_journeys import PAGES, states
from tests.browser.visitors import POTHOLE
from tests.staff_kit import Site, manager_router, staff_site
from tests.web_kit import make_parts, public_app, serve

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
HERE = Path(__file__).parent / "pa11y"
KNOWN_FALSE = ("1_4_10.C32,C31,C33,C38,SCR34,G206",)
"""``position: fixed`` may need scrolling: a notice, not a failure; A5 measures it."""


@pytest.fixture(scope="module")
def pa11y():
    """Takes pages, gives what pa11y finds wrong: {name: [sentence]}."""
    folder = KEPT / "pa11y"
    npm = shutil.which("npm")
    assert npm, "npm is not here. Install Node.js (Debian: apt-get install npm)."
    shutil.copytree(HERE, folder, dirs_exist_ok=True)
    if not (folder / "node_modules" / "pa11y").exists():
        quiet = {**os.environ, "PUPPETEER_SKIP_DOWNLOAD": "1"}
        install = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(install, cwd=folder, env=quiet, check=True, capture_output=True)

    def run(pages: list[dict[str, str]]) -> dict[str, list[str]]:
        given = json.dumps({"browser": str(find_chromium()), "pages": pages})
        ran = subprocess.run(
            ["node", "run.mjs"], cwd=folder, input=given, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        found = json.loads(ran.stdout)
        assert set(found) == {page["name"] for page in pages}
        wrong = {
            name: [one for one in issues if not any(known in one for known in KNOWN_FALSE)]
            for name, issues in found.items()
        }
        return {name: issues for name, issues in wrong.items() if issues}

    return run


def seen(page: Page, name: str, url: str = "") -> dict[str, str]:
    """What pa11y needs to see what ``page`` shows, or ``url`` as this browser would."""
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    return {"name": name, "url": url or page.url.split("#")[0], "cookies": cookies}


def test_A2_pa11y_sees_what_is_wrong(pa11y, tmp_path):
    bad = tmp_path / "bad.html"
    bad.write_text("<html><title></title><img src=x.png><input></html>", "utf-8")
    found = pa11y([{"name": "bad", "url": bad.as_uri(), "cookies": ""}])
    assert any("axe" in one for one in found["bad"]), found
    assert any("htmlcs" in one for one in found["bad"]), found


@pytest.mark.parametrize("language", ["en", "ar"])
def test_A2_pa11y_finds_nothing_on_the_citizens_pages(pa11y, open_page, site, language):
    site.parts.turn.assistant.script["pothole"] = POTHOLE
    page = open_page(f"/?lang={language}")
    wrong = {}
    for state in states(page, site):  # one by one: the next state changes what is seen
        wrong |= pa11y([seen(page, state)])
    wrong |= pa11y([seen(page, path, site.url + path) for path in PAGES])
    assert wrong == {}


def test_A2_pa11y_finds_nothing_at_the_desk(pa11y, site, browser):
    case = site.waiting()
    staff = site.hire("asha", [Role.AGENT])
    desk = signed_in(browser, site, staff)
    paths = ["/desk", f"/desk/cases/{case.id}", "/desk/sign-in"]
    wrong = pa11y([seen(desk, path, site.url + path) for path in paths])
    desk.goto(f"{site.url}/desk/cases/{case.id}")
    desk.get_by_role("button", name="Take this case").click()
    expect(desk.get_by_label("Your answer")).to_be_visible()
    wrong |= pa11y([seen(desk, "taken")])
    desk.context.close()
    assert wrong == {}


def test_A2_pa11y_finds_nothing_beside_a_case(pa11y, beside, browser):  # noqa: F811
    site, looker = beside
    asha = site.hire("asha")
    page, wrong = signed_in(browser, site, asha), {}
    for state in beside_states(site, looker, page, asha):
        if state != "questions refused":  # the answer to a form, which pa11y cannot send
            wrong |= pa11y([seen(page, state)])
    page.context.close()
    assert wrong == {}


def test_A2_pa11y_finds_nothing_on_a_service_managers_pages(pa11y, browser, tmp_path):
    parts = make_parts(tmp_path)
    admitted_policy(parts.settings)
    parts.turn.assistant.script["moon"] = MISSED
    with staff_site(parts, manager_router) as site:
        site.citizen("take the moon please")
        page = signed_in(browser, site, site.hire("mair", [Role.SERVICE_MANAGER]))
        places = ("", "/models", "/policy", "/gaps", "/services", "/services/pothole")
        wrong = pa11y([seen(page, f"manager{one}", f"{site.url}/manager{one}") for one in places])
        page.context.close()
    assert wrong == {}


def test_A2_pa11y_finds_nothing_in_the_audit(pa11y, browser, tmp_path):
    parts = make_parts(tmp_path)
    with serve(public_app(parts, make_auth_router, make_desk_router, audit_router)) as served:
        site = Site(parts, served.url)
        page = signed_in(browser, site, site.hire("ada", [Role.AUDITOR]))
        for i in range(24):
            site.citizen("there is a pothole in my road", "what", language="cy" if i % 2 else "en")
        page.goto(f"{site.url}/audit")
        page.get_by_role("button", name="Make the report").click()
        report_made(page)
        report = page.url
        page.goto(f"{site.url}/audit")
        page.locator("[name=since]").fill("2036-01-01")
        page.get_by_role("button", name="Make the report").click()
        report_made(page, "The report was not made")
        urls = {
            "audit": f"{site.url}/audit",
            "coding": f"{site.url}/audit/coding",
            "not made": page.url,
            "report": report,
            "full report": f"{report}/report.html",
            "Welsh page": f"{report}/report.cy.html",
            "behind": f"{report}/behind?measure=turns_median&group=language:cy",
        }
        wrong = pa11y([seen(page, name, url) for name, url in urls.items()])
        page.context.close()
    parts.engine.dispose()
    assert wrong == {}
