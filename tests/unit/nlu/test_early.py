"""When less than all readings is believed."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.components.early import Tried, believed, choose_stages
from nlu.components.examples import Examples


def test_a_wish_in_passing_keeps_the_letters_from_answering_alone():
    names = ("human", "service_library")
    sure = np.array([[0.01, 0.99], [0.03, 0.97]])
    assert believed(sure, names).tolist() == [True, False]


def test_letters_never_answer_where_a_way_of_writing_would_lose():
    truth = np.array([0, 1] * 100)
    good = np.where(np.eye(2)[truth] == 1, 0.0, -5.0)
    bad = good.copy()
    bad[:20] = bad[:20, ::-1]  # letters are wrong, and sure, for a third of one way of writing
    sure, rows = np.exp(good), np.zeros((200, 4), np.float32)
    varieties = ["sms"] * 60 + ["plain"] * 140
    examples = Examples(["x"] * 200, ["a", "b"] * 100, ["en"] * 200, rows, varieties)
    assert choose_stages(examples, "ab", [Tried([bad])], sure, truth) == ()
    (stage,) = choose_stages(examples, "ab", [Tried([good])], sure, truth)
    assert stage.sure <= 1 and len(stage.weights) == 1
    elsewhere = Examples(["x"] * 200, ["a", "b"] * 100, ["cy"] * 200, rows, varieties)
    assert choose_stages(elsewhere, "ab", [Tried([good])], sure, truth) == ()


TRUTH = np.arange(300) % 3
GOOD = np.log(np.where(np.eye(3)[TRUTH] == 1, 0.98, 0.01))
FLAT = np.full_like(GOOD, -np.log(3))
THREE = Examples(["x"] * 300, list("abc") * 100, ["en"] * 300, np.zeros((300, 4), np.float32))


def test_a_second_stage_answers_what_the_first_left():
    letters = np.concatenate([GOOD[:100], FLAT[100:]])
    tried = [Tried([letters]), Tried([letters, GOOD])]
    first, second = choose_stages(THREE, "abc", tried, np.exp(GOOD), TRUTH)
    assert len(first.weights) == 1 and len(second.weights) == 2
    (only,) = choose_stages(THREE, "abc", [Tried([FLAT]), Tried([FLAT, GOOD])], np.exp(GOOD), TRUTH)
    assert len(only.weights) == 2


def test_both_stages_together_lose_no_more_than_one_may():
    letters = np.concatenate([GOOD[:100], FLAT[100:]])
    letters[0] = letters[0, ::-1]  # the one message that may be lost
    english = GOOD.copy()
    english[200] = english[200, [1, 2, 0]]  # one too many
    tried, sure = [Tried([letters]), Tried([FLAT, english])], np.exp(GOOD)
    for loss, stages in ((0.0, 0), (0.004, 1), (0.007, 2)):
        assert len(choose_stages(THREE, "abc", tried, sure, TRUTH, loss)) == stages


NAMES = ("crisis_abuse", "human", "service_bins", "service_roads")


@pytest.mark.parametrize(
    ("meant", "sure", "stages"),
    [
        ("crisis_abuse", [0.4, 0.0, 0.6, 0.0], 0),  # the sum is danger, though a service leads
        ("crisis_abuse", [0.1, 0.0, 0.9, 0.0], 1),  # nobody would have heard it
        ("human", [0.0, 0.3, 0.7, 0.0], 0),  # the wish wins once its odds are raised
        ("human", [0.0, 0.1, 0.9, 0.0], 1),
    ],
)
def test_no_danger_and_no_wish_is_lost_that_all_readings_would_have_heard(meant, sure, stages):
    labels = [meant] * 5 + ["service_bins", "service_roads"] * 100
    truth = np.array([NAMES.index(label) for label in labels])
    blend = np.where(np.eye(4)[truth] == 1, 0.97, 0.01)
    letters = np.where(np.eye(4)[truth] == 1, 0.995, 0.001)
    blend[:5], letters[:5] = sure, [0.001, 0.001, 0.997, 0.001]
    rows = np.zeros((205, 4), np.float32)
    examples = Examples(["x"] * 205, labels, ["en"] * 205, rows)
    found = choose_stages(examples, NAMES, [Tried([np.log(letters)])], blend, truth, limit=0.25)
    assert len(found) == stages


def test_what_is_like_no_phrase_of_what_is_named_waits():
    near = np.where(np.eye(3)[TRUTH] == 1, 0.6, 0.9)
    near[:60, :] = 0.1
    (stage,) = choose_stages(THREE, "abc", [Tried([FLAT, GOOD], near)], np.exp(GOOD), TRUTH)
    assert stage.enough == 0.1 and stage.sure == 0.5
    near[20:60, :] = 0.6
    (stage,) = choose_stages(THREE, "abc", [Tried([FLAT, GOOD], near)], np.exp(GOOD), TRUTH)
    assert stage.enough == 0.6
