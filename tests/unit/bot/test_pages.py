"""The council's pages: read, searched, quoted word for word, and never when stale."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadFile
from bot.files.pages import LONGEST_PASSAGE, load_pages
from bot.find_passage import OF_SERVICE, PLAINLY, PageIndex
from bot.page import OLDEST, Page, digest_of

KNOWLEDGE = Path(__file__).parents[3] / "bot" / "knowledge"
PAGES = load_pages(KNOWLEDGE)
INDEX = PageIndex.of(PAGES)
TODAY = date(2026, 11, 29)
QUESTIONS = yaml.safe_load((KNOWLEDGE / "questions.yml").read_text("utf-8"))
FRONT = '---\ntitle: "T"\nsource: https://a.example/\nreviewed: 2026-11-01\n---\n'


def test_words_alone_answer_most_of_the_questions_they_were_tuned_on() -> None:
    """What is left without an encoder; with one, tests/dialogue/test_passages.py says more."""
    tuned = [q for q in QUESTIONS if q.get("tune") and "lang" not in q]
    came = [(q, INDEX.find(q["ask"], TODAY)) for q in tuned]
    right = [q for q, found in came if found and q.get("has", "?") in found.passage]
    false = [q["ask"] for q, found in came if found and q["page"] == "none"]
    assert len(right) >= 14 and false == ["can i get a bus pass for my dad"]


BIN = Page("b", "Bins", "https://b.example", TODAY, "en", ("Put soil in.", "Bins cost £56."))
BINIAU = Page("w", "Biniau", "https://a.example", TODAY, "cy", ("Mae biniau bob wythnos.",))
BINS = PageIndex.of([BIN, BINIAU])


@pytest.mark.parametrize(
    ("ask", "language", "cosine", "quoted"),
    [
        ("what do i pay for rubbish", "en", PLAINLY.near, True),
        ("what do i pay for rubbish", "en", PLAINLY.near - 0.01, False),
        ("bins cost", "en", PLAINLY.not_far, True),  # its words, and not far from them
        ("bins cost", "en", PLAINLY.not_far - 0.01, False),  # its words, about something else
        ("ile kosztuje śmietnik", "pl", PLAINLY.across, True),
        ("ile kosztuje śmietnik", "pl", PLAINLY.across - 0.01, False),
    ],
)
def test_what_is_near_enough_in_meaning_is_quoted(
    ask: str, language: str, cosine: float, quoted: bool
) -> None:
    found = BINS.find(ask, TODAY, language=language, near={BIN.key(1): cosine})
    assert (found.passage if found else None) == ("Bins cost £56." if quoted else None)


def test_a_page_in_the_citizens_language_that_is_far_does_not_hide_an_english_one() -> None:
    near = {BIN.key(1): 0.5, BINIAU.key(0): 0.1}
    found = BINS.find("faint mae bin yn ei gostio", TODAY, language="cy", near=near)
    assert found and found.page is BIN
    found = BINS.find("biniau", TODAY, language="cy", near={**near, BINIAU.key(0): 0.45})
    assert found and found.page is BINIAU


def test_of_a_known_services_pages_the_passage_nearest_in_meaning_is_quoted() -> None:
    badge = next(p for p in PAGES if p.name == "blue_badge")
    near = {badge.key(n): 0.2 + (n == 4) * 0.05 for n in range(len(badge.passages))}
    found = INDEX.find("zgubiłem kartę", TODAY, language="pl", lgsl=279, near=near)
    assert found and found.passage == badge.passages[4]


@pytest.mark.parametrize(
    ("ask", "cosine", "quoted"),
    [
        ("is it any use in France", OF_SERVICE.near, True),
        ("is it any use in France", OF_SERVICE.near - 0.01, False),
        ("cost", OF_SERVICE.not_far, True),  # its word, and not far from it
        ("cost", OF_SERVICE.not_far - 0.01, False),
        ("", -1.0, True),  # a button has no words: the page's opening
    ],
)
def test_a_known_services_page_that_does_not_answer_is_not_quoted(
    ask: str, cosine: float, quoted: bool
) -> None:
    badge = next(p for p in PAGES if p.name == "blue_badge")
    near = {badge.key(n): cosine for n in range(len(badge.passages))}
    assert bool(INDEX.find(ask, TODAY, lgsl=279, near=near)) is quoted


def test_however_near_a_stale_page_is_never_quoted() -> None:
    everything = {page.key(n): 1.0 for page in PAGES for n in range(len(page.passages))}
    late = date(2030, 1, 1)
    assert INDEX.find("how much is a blue badge", late, near=everything) is None


def test_a_passage_is_named_by_its_words_and_place_and_pages_by_all_of_them() -> None:
    other = replace(BIN, passages=("Put soil in.", "Bins cost £57."))
    assert BIN.key(0) == other.key(0) and BIN.key(1) != other.key(1)
    assert digest_of([BIN]) == digest_of([replace(BIN, reviewed=date(2020, 1, 1))])
    assert digest_of([BIN]) != digest_of([other])


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


@given(
    st.text(max_size=200),
    st.none() | st.sampled_from([279, 474, 1]),
    st.dictionaries(st.sampled_from([one.key for one in INDEX.passages]), st.floats(-1, 1)),
)
def test_any_question_gives_a_passage_of_a_page_or_nothing(
    ask: str, lgsl: int | None, near: dict[str, float]
) -> None:
    found = INDEX.find(ask, TODAY, lgsl=lgsl, near=near)
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
