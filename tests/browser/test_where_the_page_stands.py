"""Where the page stands when something new is said: at the start of it, not at its end."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from tests.browser.visitors import agent_writes, expect_said, say

PHONE = {"width": 320, "height": 640}

STARTS_IN_SIGHT = """(which) => {
  const log = document.getElementById("log");
  const all = [...log.querySelectorAll(which === "answer" ? ".citizen" : "." + which)];
  const last = all.pop();
  const bubble = (which === "answer" ? last.nextElementSibling : last)?.querySelector(".bubble");
  if (!bubble) return false;
  const box = bubble.getBoundingClientRect();
  return [box.left + 12, box.right - 12].every((x) => {
    const there = document.elementFromPoint(x, box.top + 16);
    return there && bubble.contains(there);
  });
}"""
"""Whether both ends of the first line can be seen, with nothing over them."""


def stands_at(page, which: str) -> None:
    """The page comes to the start of ``which``, and stays there when all has come."""
    page.wait_for_function(STARTS_IN_SIGHT, arg=which, timeout=10_000)
    expect(page.locator("#working")).to_be_hidden()
    time.sleep(1)  # long enough for a smooth scroll to end, and for the stream to repeat
    assert page.evaluate(STARTS_IN_SIGHT, which)


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_on_a_phone_999_is_in_sight_after_a_message_of_danger(open_page, motion):
    page = open_page(**PHONE, reduced_motion=motion)
    say(page, "hello")
    expect_said(page, "You said: hello")
    say(page, "i want to kill myself")
    expect(page.locator("#exit a")).to_be_visible()
    stands_at(page, "answer")
    beyond = page.locator("#write").bounding_box()["y"]
    assert beyond > PHONE["height"], "the answer fits: this shows nothing"


def test_who_comes_to_help_is_seen_though_the_answer_is_still_unread(open_page, site):
    page = open_page(**PHONE)
    say(page, "i want to kill myself")
    stands_at(page, "answer")
    agent_writes(site.parts, "Hello, this is Asha. " + "I am here with you. " * 40)
    stands_at(page, "agent")


def test_the_answer_to_words_that_fill_the_screen_starts_in_sight(open_page):
    page = open_page(**PHONE)
    say(page, "please listen to me " * 45)
    stands_at(page, "answer")


def test_a_short_answer_leaves_the_box_in_sight(open_page):
    page = open_page(**PHONE)
    for words in ("one", "two", "three", "four", "five"):
        say(page, words)
        expect_said(page, f"You said: {words}")
    stands_at(page, "answer")
    expect(page.locator("#text")).to_be_in_viewport()


def test_after_a_touch_only_what_comes_then_is_new(open_page, site):
    page = open_page(**PHONE)
    say(page, "i want to kill myself")
    stands_at(page, "answer")
    page.mouse.wheel(0, 200)
    agent_writes(site.parts, "Hello, this is Asha.")
    expect_said(page, "Hello, this is Asha.")
    stands_at(page, "agent")
    expect(page.locator("#text")).to_be_in_viewport()
