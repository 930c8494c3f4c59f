"""Examples are taken with all that is known of them."""

from __future__ import annotations

import numpy as np

from nlu.components.examples import Examples, places_of_english


def test_what_is_taken_keeps_its_english_vectors_in_the_order_of_taking():
    languages = ["cy", "en", "pl", "en", ""]
    english = np.array([[1.0], [3.0], [4.0]])
    examples = Examples(list("abcde"), list("vwxyz"), languages, np.arange(5.0), english=english)
    taken = examples.take([4, 2, 1])
    assert list(taken.texts) == ["e", "c", "b"] and taken.vectors.tolist() == [4.0, 2.0, 1.0]
    assert places_of_english(taken.languages).tolist() == [0, 2]
    assert taken.english.tolist() == [[4.0], [1.0]]
    assert Examples(["a"], ["b"], ["cy"]).take([0]).english is None
