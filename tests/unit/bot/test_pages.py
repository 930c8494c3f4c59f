"""The council's pages: read, searched, quoted word for word, and never when stale."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadFile
from bot.files.pages import LONGEST_PASSAGE, load_pages
from bot.find_passage import PageIndex
from bot.page import OLDEST, Page

KNOWLEDGE = Path(__file__).parents[3] / "bot" / "knowledge"
PAGES = load_pages(KNOWLEDGE)
INDEX = PageIndex.of(PAGES)
TODAY = date(2026, 11, 29)
QUESTIONS = yaml.safe_load((KNOWLEDGE / "questions.yml").read_text("utf-8"))
FRONT = '---\ntitle: "T"\nsource: https://a.example/\nreviewed: 2026-11-01\n---\n'


def test_the_shipped_pages_answer_nine_questions_in_ten_and_nothing_they_do_not() -> None:
    def page(ask: str) -> str:
        found = INDEX.find(ask, TODAY)
        return found.page.name if found else "none"

    wrong = [q for q in QUESTIONS if page(q["ask"]) != q["page"]]
    assert [q for q in wrong if q["page"] == "none"] == []
    assert len(wrong) <= len(QUESTIONS) / 10, wrong


def test_what_is_quoted_stands_on_the_page_word_for_word() -> None:
    found = INDEX.find("how much is a blue badge", TODAY)
    assert found and found.passage.startswith("A badge costs £10.")
    written = " ".join((KNOWLEDGE / "blue_badge.md").read_text("utf-8").split())
    assert found.passage in written


@pytest.mark.parametrize("days", [0, 365])
def test_a_page_is_quoted_for_a_year_after_it_was_checked(days: int) -> None:
    page = next(p for p in PAGES if p.name == "blue_badge")
    assert page.may_be_quoted(page.reviewed + timedelta(days=days))
    assert not page.may_be_quoted(page.reviewed + OLDEST + timedelta(days=1))
    late = page.reviewed + OLDEST + timedelta(days=1)
    assert INDEX.find("how much is a blue badge", late) is None


def test_a_page_that_has_expired_is_not_quoted_however_well_it_fits() -> None:
    assert INDEX.find("christmas bin days 2024 one day late all week", date(2025, 1, 10))
    assert INDEX.find("christmas bin days 2024 one day late all week", date(2025, 1, 11)) is None


def test_the_citizens_language_comes_before_english() -> None:
    welsh = Page("w", "Biniau", "https://a.example", TODAY, "cy", ("Mae biniau bob wythnos.",))
    both = PageIndex.of([*PAGES, welsh])
    found = both.find("biniau bob wythnos", TODAY, language="cy")
    assert found and found.page is welsh
    assert both.find("biniau bob wythnos", TODAY, language="pl") is None


def test_a_known_service_is_answered_from_its_own_pages_only() -> None:
    found = INDEX.find("cost", TODAY, lgsl=279)
    assert found and found.page.name == "blue_badge"
    assert INDEX.find("blue badge cost", TODAY, lgsl=1) is None


@given(st.text(max_size=200), st.none() | st.sampled_from([279, 474, 1]))
def test_any_question_gives_a_passage_of_a_page_or_nothing(ask: str, lgsl: int | None) -> None:
    found = INDEX.find(ask, TODAY, lgsl=lgsl)
    assert found is None or found.passage in found.page.passages
    assert PageIndex().find(ask, TODAY, lgsl=lgsl) is None


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("no front", 1, "front matter"),
        ("---\n- a\n---\nText.\n", 2, "no list of keys"),
        ("---\na: b: c\n---\nText.\n", 2, "not YAML"),
        (FRONT, None, "no text"),
        (FRONT.replace("title", "tilte") + "Text.", 2, "'tilte'"),
        (FRONT.replace('"T"', '""') + "Text.", 2, "title is missing"),
        (FRONT.replace("https://a.example/", "here") + "Text.", 3, "web address"),
        (FRONT.replace("2026-11-01", "soon") + "Text.", 4, "no date"),
        (FRONT.replace("---\n", "---\nlgsl: [x]\n", 1) + "Text.", 2, "numbers"),
    ],
)
def test_a_broken_page_names_file_line_and_remedy(
    tmp_path: Path, text: str, line: int | None, says: str
) -> None:
    path = tmp_path / "page.md"
    path.write_text(text)
    with pytest.raises(BadFile) as caught:
        load_pages(tmp_path)
    assert (caught.value.path, caught.value.line) == (path, line)
    assert says in caught.value.problem and caught.value.remedy


def test_markup_is_taken_off_and_long_paragraphs_are_cut_between_sentences(tmp_path: Path) -> None:
    long = "This is a sentence of some length. " * 40
    text = f"# One\nSee **our** [page](https://x.example) ![](a.png).\n\n## Two\n- a\n- b\n\n{long}"
    (tmp_path / "p.md").write_text(FRONT + text)
    (page,) = load_pages(tmp_path)
    assert page.passages[:2] == ("See our page .", "a b") and page.headings[:2] == ("One", "Two")
    assert all(len(p) <= LONGEST_PASSAGE and p.endswith(".") for p in page.passages[2:])
