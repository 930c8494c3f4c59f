"""Help for the desk's browser tests: signed-in pages, axe."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Frame, Page

from bot.staff import Staff
from tests.staff_kit import Site

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def signed_in(browser: Browser, site: Site, staff: Staff, **options) -> Page:
    """A page of a new browser in which ``staff`` is signed in."""
    context = browser.new_context(**options)
    cookie = {"name": "fairway_staff", "value": site.cookie(staff), "url": site.url}
    context.add_cookies([cookie])
    return context.new_page()


def report_made(page: Page, heading: str = "Notes and signatures") -> None:
    """Wait, as an auditor does, until the report that was asked for is there, or ``heading``."""
    there = page.get_by_role("heading", name=heading)
    look_again = page.get_by_role("link", name="See whether it is ready")
    there.or_(look_again).first.wait_for(timeout=60_000)
    while look_again.count():
        look_again.click()
        there.or_(look_again).first.wait_for(timeout=60_000)


def axe_violations(page: Page | Frame) -> list[str]:
    """What axe finds wrong with the page, or one frame of it, as it stands."""
    page.wait_for_load_state()  # its style may still be on the way
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{v['id']}: {[node['target'] for node in v['nodes']]}" for v in found]


def too_wide(page: Page) -> list[str]:
    """By how many pixels the page scrolls sideways; nothing where it does not."""
    page.wait_for_load_state()
    by = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{by} pixels too wide"] if by > 0 else []


def too_small(page: Page) -> list[str]:
    """What there is to press that is smaller than 24 pixels."""
    page.wait_for_load_state()
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('a, button, input, select, textarea, summary')]
          .filter(e => e.checkVisibility() && e.type !== 'hidden')
          .filter(e => !e.classList.contains('skip'))
          .map(e => [e, e.getBoundingClientRect()])
          .filter(([e, box]) => Math.min(box.width, box.height) < 24)
          .map(([e]) => e.outerHTML.slice(0, 80))"""
    )
    return found


def press_to(page, target) -> None:
    """Tab until ``target`` has the focus, seeing on the way that focus can be seen."""
    for _ in range(40):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "() => { const s = getComputedStyle(document.activeElement);"
            " return s.outlineStyle + ' ' + s.boxShadow; }"
        )
        assert style != "none none", page.evaluate("document.activeElement.outerHTML")
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"Tab does not reach {target}")
