"""What training leaves on the shelf, and when it leaves a model alone."""

from __future__ import annotations

import json
import os

import pytest

from bot.files.live_model import about_of, sha256_of
from nlu.gate import figures_of
from nlu.train import KEPT, _clear_out, _is_live, pass_gate, untold_of


@pytest.fixture
def shelf(tmp_path):
    """Six models, the oldest of them live in place of the one of the inputs ``newest``."""
    for n in range(6):
        model = tmp_path / f"fairway-{n}.tar.gz"
        model.write_text(str(n))
        about_of(model).write_text("{}")
        figures_of(model).write_text("[]")
        os.utime(model, (n, n))
    oldest = tmp_path / "fairway-0.tar.gz"
    live = {"file": oldest.name, "sha256": sha256_of(oldest), "inputs_fingerprint": "old"}
    (tmp_path / "live.json").write_text(json.dumps({**live, "instead_of": "newest"}))
    return tmp_path


def test_who_went_back_to_an_older_model_keeps_it_until_the_inputs_change(shelf):
    assert _is_live(shelf, "old") and _is_live(shelf, "newest")
    assert not _is_live(shelf, "newer still")


def test_the_newest_stay_and_the_live_one_whatever_its_age(shelf):
    _clear_out(shelf, shelf / "fairway-5.tar.gz")
    left = sorted(file.name for file in shelf.glob("*.tar.gz"))
    assert left == [f"fairway-{n}.tar.gz" for n in (0, 3, 4, 5)] and len(left) == KEPT
    assert len(list(shelf.glob("*.about.json"))) == len(list(shelf.glob("*.figures.json"))) == KEPT


def test_a_model_that_is_tried_on_nothing_says_so_and_notes_it(shelf, capsys):
    pass_gate(shelf, shelf, shelf / "fairway-5.tar.gz", None)
    assert "not compared: the new model was tried on nothing" in capsys.readouterr().err
    noted = json.loads((shelf / "gate.jsonl").read_text())
    assert noted["live"] and "nlu/floors.yml" in noted["not_compared"][0]


def test_what_the_gate_could_not_look_at_is_told():
    (line,) = untold_of([], [], None)
    assert line.startswith("nothing was compared with the live model: there is no live model")
