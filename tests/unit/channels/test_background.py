"""Work done again and again: it begins, goes on after a failure, and ends when told."""

from __future__ import annotations

import logging
import threading

from channels.background import Rounds


def test_a_round_that_fails_is_tried_again_and_says_only_what_kind_of_error(caplog):
    done, enough = [], threading.Event()

    def once() -> None:
        done.append(1)
        if len(done) == 3:
            enough.set()
        if len(done) == 1:
            raise ValueError("canary 07700 900123")

    with caplog.at_level(logging.ERROR):
        rounds = Rounds("letters", once, every=0.001).start()
        assert enough.wait(60)
        rounds.stop()
    assert "letters: ValueError" in caplog.text and "canary" not in caplog.text


def test_after_the_end_nothing_is_done_and_what_was_open_is_closed():
    done, closed = [], []
    rounds = Rounds("letters", lambda: done.append(1), 0.001, at_end=lambda: closed.append(1))
    rounds.start()
    rounds.stop()
    made = len(done)
    assert closed == [1]
    threading.Event().wait(0.02)
    assert len(done) == made


def test_the_first_round_may_wait_and_an_end_does_not_wait_for_it():
    done: list[int] = []
    rounds = Rounds("letters", lambda: done.append(1), every=3600, first=3600).start()
    rounds.stop()
    assert done == []


def test_what_never_began_can_be_ended():
    Rounds("letters", lambda: None, 1.0).stop()
