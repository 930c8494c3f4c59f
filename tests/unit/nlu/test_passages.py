"""Passages by meaning, with the real encoder; and what Rasa's side is asked."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import pytest

from bot.files.pages import load_pages
from bot.find_passage import OF_SERVICE, PLAINLY, PageIndex
from bot.page import Page, digest_of
from nlu.components.intent_classifier import IntentClassifier
from nlu.encoders.port import make_encoder
from nlu.language_middles import read_middles, write_middles
from nlu.passage_channel import (
    LARGEST_BODY,
    Asked,
    PassageChannel,
    middles_of,
    read_asked,
)
from nlu.passages import MOST, Passages

TODAY = date(2026, 11, 29)
BINS = Page(
    "bins", "Garden waste bins", "https://a.example/bins", TODAY, "en",
    ("Grass and leaves can go in. Soil and stones cannot.", "A bin costs £56 a year."),
    lgsl=frozenset([530]),
)  # fmt: skip
VOTE = Page(
    "vote", "Register to vote", "https://a.example/vote", TODAY, "en",
    ("Bring photo ID when you vote. A passport will do.",),
)  # fmt: skip


@pytest.fixture(scope="module")
def encoder():
    return make_encoder("nano_e5")


class Counting:
    """The encoder, and how many texts it was given."""

    def __init__(self, encoder):
        self.name, self._encoder, self.texts = encoder.name, encoder, 0

    def encode(self, texts):
        self.texts += len(texts)
        return self._encoder.encode(texts)


@pytest.mark.parametrize(
    ("ask", "language", "page", "says"),
    [
        ("what do i pay to have my garden waste bin emptied", "en", BINS, "£56"),
        ("які документи потрібні, щоб проголосувати", "uk", VOTE, "photo ID"),
        ("花园垃圾桶里可以放泥土吗", "zh", BINS, "Soil"),
        ("quanto custa o contentor do jardim", "pt", BINS, "£56"),
        ("who won the football", "en", None, ""),
        ("明天天气怎么样", "zh", None, ""),
    ],
)
def test_a_question_in_any_language_is_quoted_the_english_passage(
    encoder, ask, language, page, says
):
    held = Passages.of([BINS, VOTE], encoder, read_middles(encoder))
    near = held.near(encoder.encode([ask])[0], language, TODAY)
    found = PageIndex.of([BINS, VOTE]).find(ask, TODAY, language=language, near=near)
    assert (found.page if found else None) is page
    assert found is None or says in found.passage


def test_both_sides_name_passages_and_pages_alike(encoder):
    held, index = Passages.of([BINS, VOTE], encoder, {}), PageIndex.of([BINS, VOTE])
    assert list(held.keys) == [one.key for one in index.passages] and held.digest == index.digest


def test_only_pages_that_may_be_quoted_are_near_and_a_services_own_are_among_them(encoder):
    stale = Page("old", "Bins", "https://o.example", TODAY - timedelta(400), "en", ("Bins.",))
    welsh = Page("cy", "Biniau", "https://c.example", TODAY, "cy", ("Biniau.",))
    many = tuple(f"You can vote at place {n}." for n in range(MOST + 5))
    vote = Page("many", "Vote", "https://m.example", TODAY, "en", many)
    held = Passages.of([stale, welsh, vote, BINS], encoder, read_middles(encoder))
    vector = encoder.encode(["where can i vote"])[0]
    near = held.near(vector, "en", TODAY)
    assert len(near) == MOST and not {stale.key(0), welsh.key(0)} & set(near)
    assert {BINS.key(0), BINS.key(1)} <= set(held.near(vector, "en", TODAY, 530))
    assert welsh.key(0) in Passages.of([welsh], encoder, {}).near(vector, "cy", TODAY)
    assert Passages.of([], encoder, {}).near(vector, "en", TODAY) == {}


def test_passages_are_encoded_once_and_those_that_are_gone_are_forgotten(encoder, tmp_path):
    kept, counting = tmp_path / "passages.npz", Counting(encoder)
    first = Passages.of([BINS, VOTE], counting, {}, kept)
    assert counting.texts == 3
    again = Passages.of([BINS, VOTE], counting, {}, kept)
    assert counting.texts == 3 and np.allclose(first.rows, again.rows)
    Passages.of([VOTE], counting, {}, kept)
    Passages.of([BINS], counting, {}, kept)
    assert counting.texts == 5
    for broken in (b"", b"PK\x03\x04 cut short"):
        kept.write_bytes(broken)
        assert len(Passages.of([BINS], counting, {}, kept).keys) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["passages.npz"]


def test_a_folder_that_cannot_be_written_is_done_without(encoder, tmp_path):
    file = tmp_path / "file"
    file.write_text("no folder")
    assert len(Passages.of([BINS], encoder, {}, file / "passages.npz").keys) == 2


def test_the_shipped_middles_are_the_shipped_encoders_and_no_others(encoder, tmp_path):
    middles = read_middles(encoder)
    assert len(middles) == 13 and all(len(m) == 384 for m in middles.values())
    file = tmp_path / "m.npz"
    write_middles(encoder, {"en": np.array([[1, 0], [0, 1]], np.float32)}, file)
    assert read_middles(encoder, file)["en"] == pytest.approx([0.5, 0.5])
    assert read_middles(Counting(type("Other", (), {"name": "x"})()), file) == {}
    file.write_bytes(b"")
    assert read_middles(encoder, file) == {} == read_middles(encoder, tmp_path / "none.npz")


GOOD = {"question": "soil?", "language": "en", "lgsl": 530, "pages": "d"}


def test_a_good_question_is_read():
    assert read_asked(json.dumps(GOOD).encode()) == Asked("soil?", "en", 530, "d")
    assert read_asked(json.dumps({**GOOD, "lgsl": None}).encode()).lgsl is None


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"\xff", b"[" * 9000, b" " * (LARGEST_BODY + 1), {"question": ""},
     {"question": 7}, {"question": "x" * 2001}, {"lgsl": "530"}, {"lgsl": True}],
)  # fmt: skip
def test_anything_else_is_none(body):
    raw = body if isinstance(body, bytes) else json.dumps({**GOOD, **body}).encode()
    assert read_asked(raw) is None


@pytest.mark.parametrize("credentials", [None, {}, {"secret": "short"}, {"secret": "$" + "x" * 20}])
def test_without_a_good_secret_it_does_not_start(credentials):
    from rasa.shared.exceptions import RasaException

    with pytest.raises(RasaException, match="secret"):
        PassageChannel.from_credentials(credentials)


PAGE = "---\ntitle: T\nsource: https://a.example/\nreviewed: {}\n---\n{}\n"


def test_pages_are_read_anew_when_the_asker_has_others_and_a_broken_one_changes_nothing(
    trained, tmp_path
):
    classifier, folder = trained(IntentClassifier), tmp_path / "pages"
    folder.mkdir()
    today = date.today().isoformat()
    (folder / "a.md").write_text(PAGE.format(today, "Soil cannot go in."))
    channel = PassageChannel("s" * 20, folder, None)

    def ask(digest):
        return channel.near(Asked("can i put soil in", "en", None, digest), classifier)

    one = digest_of(load_pages(folder))
    assert ask(one) == {}  # the pages are read beside it
    _wait_for(channel)
    assert len(ask(one)) == 1
    (folder / "b.md").write_text(PAGE.format(today, "Stones cannot go in."))
    two = digest_of(load_pages(folder))
    assert ask(two) == {}
    _wait_for(channel)
    assert len(ask(two)) == 2 and ask(one) == {}
    (folder / "b.md").write_text("broken")
    assert ask("three") == {}
    _wait_for(channel)
    assert len(ask(two)) == 2


def test_pages_that_come_back_are_found_again(trained, tmp_path):
    classifier, page = trained(IntentClassifier), tmp_path / "a.md"
    texts = [PAGE.format(date.today().isoformat(), f"{one} cannot go in.") for one in ("A", "B")]
    channel = PassageChannel("s" * 20, tmp_path, None, retry=0.0)
    for text in texts * 2:
        page.write_text(text)
        asked = Asked("can i put soil in", "en", None, digest_of(load_pages(tmp_path)))
        assert channel.near(asked, classifier) == {}
        _wait_for(channel)
        assert channel.near(asked, classifier)


def test_without_an_encoder_nothing_is_near(trained, tmp_path):
    classifier = trained(IntentClassifier, encoder="none")
    channel = PassageChannel("s" * 20, tmp_path, None)
    channel.read(classifier)
    assert channel.near(Asked("soil", "en", None, "d"), classifier) == {}
    assert classifier.vector_of("soil") is None and middles_of(classifier) == {}


def test_the_limits_are_in_the_order_that_their_words_say():
    assert PLAINLY.near > PLAINLY.across
    assert PLAINLY.near > OF_SERVICE.near > OF_SERVICE.across


def _wait_for(channel):
    channel._reading.join(timeout=20)
    assert not channel._reading.is_alive()
