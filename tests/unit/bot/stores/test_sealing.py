"""One value sealed and opened."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.stores.sealing import HeldKeys, Key, KeyMissing, SealBroken, every_form, seal, unseal

ONE, TWO = Key("one", bytes(range(64))), Key("two", bytes(64))
BOTH = HeldKeys((ONE, TWO), TWO)


@given(st.binary(min_size=1), st.booleans())
def test_what_is_sealed_opens_with_its_key_and_no_other(told, findable):
    sealed = seal(ONE, "a.b", told, findable=findable)
    assert unseal(BOTH, "a.b", sealed, findable=findable) == told
    with pytest.raises(KeyMissing):
        unseal(HeldKeys((TWO,)), "a.b", sealed, findable=findable)
    with pytest.raises(SealBroken):
        unseal(BOTH, "a.c", sealed, findable=findable)


def test_only_what_is_findable_looks_the_same_twice():
    assert seal(ONE, "a.b", b"447700900461", findable=True) == seal(
        ONE, "a.b", b"447700900461", findable=True
    )
    assert seal(ONE, "a.b", b"447700900461") != seal(ONE, "a.b", b"447700900461")
    assert seal(ONE, "a.b", b"447700900461", findable=True) != seal(
        ONE, "a.c", b"447700900461", findable=True
    )


def test_a_number_may_be_held_as_it_is_or_under_every_key():
    forms = list(every_form(BOTH, "a.b", "447700900461"))
    assert forms[0] == "447700900461"
    assert [form.split(":")[1] for form in forms[1:]] == ["one", "two"]
    assert list(every_form(None, "a.b", "447700900461")) == ["447700900461"]


def test_a_changed_letter_does_not_open():
    sealed = seal(ONE, "a.b", b"447700900461")
    changed = re.sub(r".(?=.{8}$)", lambda m: "A" if m[0] != "A" else "B", sealed)
    with pytest.raises(SealBroken):
        unseal(BOTH, "a.b", changed)


def test_a_key_is_never_written_into_a_log():
    assert "secret" not in repr(ONE) and str(bytes(range(64))) not in repr(BOTH)
