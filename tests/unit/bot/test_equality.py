"""Answer sheets, their one-way link, and the category schemes."""

from __future__ import annotations

import hmac
from pathlib import Path

import pytest

from bot.equality import PREFER_NOT_TO_SAY, UNKNOWN, link_of, tidy_answers
from bot.errors import BadFile
from bot.files.equality_schemes import load_scheme, load_schemes

SCHEMES = load_schemes()


def test_the_link_needs_the_key_and_tells_conversations_apart() -> None:
    assert link_of("a", "key") == link_of("a", "key")
    assert len({link_of("a", "key"), link_of("a", "other"), link_of("b", "key"), "a"}) == 4


def test_both_schemes_are_there() -> None:
    assert set(SCHEMES) == {"ons_census_2021@1", "gss_harmonised@1"}


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=lambda s: str(s.id))
def test_every_label_is_in_english_and_welsh(scheme) -> None:
    for question in scheme.questions:
        for labels in (question.labels, *(c.labels for c in question.categories)):
            assert set(labels) >= {"en", "cy"}, question.id


def test_unknown_answers_are_kept_apart_from_refusals() -> None:
    scheme = SCHEMES["gss_harmonised@1"]
    tidy = tidy_answers(scheme, {"sex": PREFER_NOT_TO_SAY, "ethnic_group": "martian"})
    assert tidy["sex"] == PREFER_NOT_TO_SAY
    assert tidy["ethnic_group"] == UNKNOWN
    assert tidy["age_band"] == UNKNOWN
    assert set(tidy) == {q.id for q in scheme.questions}


def test_a_code_twice_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "s.yml"
    path.write_text(
        "name: s\nversion: '1'\ntitle: t\nsource: s\nquestions:\n- id: q\n  label: {en: Q}\n"
        "  categories:\n  - {code: a, label: {en: A}}\n  - {code: a, label: {en: B}}\n"
    )
    with pytest.raises(BadFile) as caught:
        load_scheme(path)
    assert caught.value.line == 10


@pytest.mark.parametrize("key", ["", "key", "k" * 64, "k" * 65, "schlüssel" * 30])
def test_a_link_is_hmac_sha256_as_published(key):
    for name in ("", "c1", "ü" * 100):
        expected = hmac.new(key.encode(), name.encode(), "sha256").hexdigest()
        assert link_of(name, key) == expected
