"""Text in pieces, whatever the text."""

import sys

from hypothesis import given
from hypothesis import strategies as st

from nlu.components.tokens import fold_digits, pieces


@given(st.text(max_size=200))
def test_pieces_are_in_order_and_leave_out_spaces_only(text):
    split = pieces(text)
    assert [piece.text for piece in split] == [text[p.start : p.end] for p in split]
    assert [p.start for p in split] == sorted({p.start for p in split})
    covered = {at for piece in split for at in range(piece.start, piece.end)}
    assert all(text[at].isspace() for at in set(range(len(text))) - covered)


@given(st.text(max_size=200))
def test_folding_digits_moves_nothing(text):
    folded = fold_digits(text)
    assert len(folded) == len(text)
    assert all(c in "0123456789" for c in folded if c.isdecimal())


def test_the_digits_of_every_script_are_folded():
    every = "".join(chr(code) for code in range(sys.maxunicode + 1) if chr(code).isdecimal())
    assert len(every) > 600 and set(fold_digits(every)) == set("0123456789")
