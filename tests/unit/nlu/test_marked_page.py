"""Figures between the marks of a page."""

from __future__ import annotations

import pytest

from bot.errors import BadFile
from nlu.marked_page import write_marked

PAGE = (
    "before\n<!-- a: start -->\nold\n<!-- a: end -->\nafter\n<!-- b: start -->\n<!-- b: end -->\n"
)


def test_only_what_is_between_the_marks_is_written(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(PAGE, "utf-8")
    write_marked(page, "a", "new\n\n")
    assert page.read_text("utf-8") == PAGE.replace("old", "new")
    write_marked(page, "b", "b's")
    assert "<!-- b: start -->\nb's\n<!-- b: end -->" in page.read_text("utf-8")


@pytest.mark.parametrize("text", [None, "nothing", "<!-- a: start --> and no end"])
def test_a_page_without_the_marks_is_named(tmp_path, text):
    page = tmp_path / "page.md"
    if text is not None:
        page.write_text(text, "utf-8")
    with pytest.raises(BadFile, match="a: start"):
        write_marked(page, "a", "new")
