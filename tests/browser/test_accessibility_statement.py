"""A13: the accessibility statement says what is true: each failure we know of, and no other."""

from __future__ import annotations

import re

import yaml
from playwright.sync_api import expect

from bot.files.catalogues import load_catalogues
from channels.settings import ROOT
from tests.browser.visitors import agent_writes, say

KNOWN = yaml.safe_load((ROOT / "docs" / "accessibility-known-issues.yml").read_text("utf-8"))


def test_A13_the_statement_lists_the_known_issues_in_every_language(open_page):
    words = load_catalogues(ROOT / "channels" / "pages")
    page = open_page("/accessibility", script=False)
    for language in words.languages:
        page.goto(page.url.split("?")[0] + f"?lang={language}")
        listed = page.locator("main ul").nth(1).locator("li").all_inner_texts()
        assert listed == [words.texts[language][issue["words"], ""] for issue in KNOWN], language


def test_A13_each_known_issue_is_still_true(open_page, site):
    catalogues = [p for p in (ROOT / "channels" / "pages").glob("*.po") if p.stem != "en"]
    assert all("awaiting review" in p.read_text("utf-8")[:200] for p in catalogues)
    page = open_page(script=False)
    assert page.locator("video").count() == 0
    say(page, "can I speak to a person please")
    agent_writes(site.parts, "Hello, this is Asha.")
    page.wait_for_timeout(500)
    expect(page.get_by_text("Hello, this is Asha.")).to_have_count(0)
    page.get_by_role("button", name="Check for new messages").click()
    expect(page.get_by_text("Hello, this is Asha.")).to_be_visible()


def test_A13_what_the_statement_promises_is_tested():
    """Each promise of the page has a test of that row; the table is here, so that a promise
    cannot be added without one."""
    promises = {1: "A4", 2: "A3", 3: "A5", 4: "A1", 5: "A8"}
    keys = load_catalogues(ROOT / "channels" / "pages").keys
    assert {int(k[-1]) for k in keys if re.fullmatch(r"a11y_can_\d", k)} == set(promises)
    tests = "".join(p.read_text("utf-8") for p in (ROOT / "tests" / "browser").glob("*.py"))
    assert [row for row in promises.values() if f"def test_{row}_" not in tests] == []
