"""Features found by hash, as a dict would find them."""

import pytest

from nlu.components.vocabulary import Vocabulary

NAMES = [f"c:{i}" for i in range(3000)] + ["w:bin", "w:ŵyl", "c: "]


def test_every_name_has_its_place_and_others_have_the_last():
    vocabulary = Vocabulary.of(NAMES)
    assert vocabulary.find(NAMES).tolist() == list(range(len(NAMES)))
    assert vocabulary.find(["w:bins", "", "c:3000", "c:7"]).tolist() == [len(NAMES)] * 3 + [7]
    assert "w:ŵyl" in vocabulary and "w:wyl" not in vocabulary


@pytest.mark.parametrize("names", [[], ["one"]])
def test_few_or_no_names(names):
    vocabulary = Vocabulary.of(names).without_names()
    assert len(vocabulary) == len(names) and vocabulary.names == ()
    assert vocabulary.find(["one", "two"]).tolist() == [0, 1][: len(names)] + [len(names)] * (
        2 - len(names)
    )
    assert vocabulary.find([]).tolist() == []
