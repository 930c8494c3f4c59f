"""A2, A5: the report in a real browser, wide and narrow: no axe violation, no sideways scroll."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from playwright.sync_api import sync_playwright

from fairness.__main__ import audit_command
from scripts.find_chromium import find_chromium


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as player:
        chromium = player.chromium.launch(
            executable_path=str(find_chromium()), args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def pages(make_council, tmp_path_factory) -> list[Path]:
    """A report on conversations, and one on a public table with its strata open."""
    council, out = make_council(), tmp_path_factory.mktemp("reports")
    council.fill(60)
    cases = Path(__file__).parents[2] / "data" / "audit_cases"
    for name, arguments in {
        "talks": ["--db", council.url, "--groups", "language,medium", "--synthetic"],
        "ucb": ["--table", cases / "ucb.csv", "--outcome", "Admit", "--positive", "Admitted",
                "--weight", "Freq", "--groups", "Gender", "--within", "Dept"],
    }.items():  # fmt: skip
        words = [str(a) for a in (*arguments, "--out", out / name)]
        assert CliRunner().invoke(audit_command, words).exit_code == 0
    return [out / "talks" / "report.html", out / "ucb" / "report.html"]


@pytest.mark.parametrize("width", [1200, 320])
@pytest.mark.parametrize("which", [0, 1])
def test_a2_a5_report(browser, pages, which, width):
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(pages[which].as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("h1").count() == 1
    assert page.locator("[role=region][tabindex='0'][aria-label]").count() >= 3
    page.close()


def test_every_region_is_reached_and_scrolled_by_keyboard(browser, pages):
    page = browser.new_page(viewport={"width": 320, "height": 800})
    page.goto(pages[1].as_uri())
    region = page.locator("#table-1-1")
    region.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('#table-1-1').scrollLeft > 0")
    page.close()
