"""Faults that automated checkers do not see, looked for by hand in every state of the pages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from bot.desk_work import claim_case
from channels.settings import ROOT
from tests.browser.desk_browser import signed_in
from tests.browser.test_web_journeys import PAGES, states
from tests.browser.visitors import POTHOLE

FAULTS = """() => {
  const found = [], all = [...document.querySelectorAll('body *')].filter(n => n.checkVisibility());
  const say = (what, n) => found.push(what + ': ' + n.outerHTML.slice(0, 120));
  const controls = 'a[href], button, summary, input, select, textarea, label, [contenteditable]';
  for (const n of all) {
    const style = getComputedStyle(n);
    if (n.onclick || n.hasAttribute('onclick')) say('a handler in the markup', n);
    if (style.cursor === 'pointer' && !n.closest(controls)) say('pressed but no control', n);
    if (n.hasAttribute('tabindex') && n.tabIndex > 0) say('a tab order of its own', n);
    if (n.hasAttribute('placeholder')) say('a hint that vanishes', n);
    if (n.matches('input:not([type=hidden], [type=submit]), select, textarea') &&
        !(n.labels && n.labels.length)) say('no label in sight', n);
    if (n.matches('[aria-hidden=true] a, [aria-hidden=true] button')) say('hidden but reached', n);
    if (n.matches('[role=button], [role=link]')) say('a control only in name', n);
    if (/px/.test(n.style.width)) say('a fixed width', n);
  }
  const live = '[aria-live]:not([aria-live=off]), [role=log], [role=status], [role=alert], output';
  for (const n of document.querySelectorAll(live)) {
    if (n.parentElement.closest(live)) say('a live region in another', n);
    if (n.getAttribute('aria-live') === 'assertive') say('an interruption', n);
  }
  return found;
}"""


@pytest.fixture(autouse=True)
def pothole(site):
    site.parts.turn.assistant.script["pothole"] = POTHOLE


def faults(page: Page) -> list[str]:
    return page.evaluate(FAULTS)


def test_the_checks_find_what_they_look_for(open_page):
    """A check that cannot fail is none: each fault is planted and found."""
    page = open_page()
    page.evaluate(
        """() => {
          const plant = (tag, attributes) => {
            const n = document.createElement(tag);
            for (const [name, value] of Object.entries(attributes)) n.setAttribute(name, value);
            n.append('x');
            document.querySelector('main').append(n);
            return n;
          };
          plant('div', { class: 'planted' }).onclick = () => 0;
          plant('div', {}).style.cursor = 'pointer';
          plant('p', { tabindex: 3 });
          plant('input', { placeholder: 'Your name' });
          plant('p', { role: 'status' }).append(plant('b', { role: 'alert' }));
          plant('p', { 'aria-live': 'assertive' });
          plant('p', { role: 'button' });
          plant('p', {}).style.width = '600px';
        }"""
    )
    kinds = {fault.split(":")[0] for fault in faults(page)}
    assert kinds == {
        "a handler in the markup", "pressed but no control", "a tab order of its own",
        "a hint that vanishes", "no label in sight", "a live region in another",
        "an interruption", "a control only in name", "a fixed width",
    }  # fmt: skip


def test_A2_the_citizens_pages_have_none_of_what_axe_misses(open_page, site):
    page = open_page()
    found = {state: faults(page) for state in states(page, site)}
    for path in PAGES:
        page.goto(site.url + path)
        found[path] = faults(page)
    assert {state: wrong for state, wrong in found.items() if wrong} == {}


def test_A3_the_chat_has_exactly_one_live_region_in_every_state(open_page, site):
    page = open_page()
    live = "[aria-live], [role=log], [role=status], [role=alert], output"
    counts = {state: page.locator(live).count() for state in states(page, site)}
    chat = {"empty", "asked", "waiting", "danger", "ended", "thanks"}
    assert counts == {state: 1 if state in chat else 0 for state in counts}


def test_A2_the_desk_has_none_of_what_axe_misses(site, browser):
    case = site.waiting()
    asha = site.hire("asha")
    desk = signed_in(browser, site, asha)
    found = {}
    for path in ("/desk", f"/desk/cases/{case.id}"):
        desk.goto(site.url + path)
        found[path] = faults(desk)
    claim_case(site.desk, asha, case.id)
    desk.goto(f"{site.url}/desk/cases/{case.id}")
    found["taken"] = faults(desk)
    desk.context.close()
    assert {state: wrong for state, wrong in found.items() if wrong} == {}


def test_A4_no_style_takes_the_focus_ring_away():
    """Only places to arrive at, which are no controls, may go without it."""
    taken = re.compile(r"([^{}]+)\{[^{}]*outline:\s*(?:none|0)(?![.\d])")
    for path in (ROOT / "channels").glob("*/static/*.css"):
        for rule in taken.findall(path.read_text("utf-8")):
            assert rule.strip().splitlines()[-1] == "main:focus, #latest:focus", path.name
