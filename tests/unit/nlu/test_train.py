"""What training leaves on the shelf, and when it leaves a model alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from bot.files.live_model import about_of, sha256_of
from nlu.gate import figures_of
from nlu.train import (
    BEING_MADE,
    KEPT,
    ROOT,
    _clear_out,
    _is_live,
    clear_broken_off,
    pass_gate,
    train,
    untold_of,
)


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


BROKEN_OFF = """
import pathlib, sys, time, types
from nlu.train import ROOT, end_when_terminated, train

def half(output, fixed_model_name, **_):
    (pathlib.Path(output) / f"{fixed_model_name}.tar.gz").write_text("half a mod")
    print("half", flush=True)
    time.sleep(300)

sys.modules["rasa.model_training"] = types.SimpleNamespace(train=half)
end_when_terminated()
train(pathlib.Path(sys.argv[1]), ROOT, "fairway-x")
"""


def test_a_training_that_is_broken_off_leaves_no_half_of_a_model(tmp_path):
    command = [sys.executable, "-c", BROKEN_OFF, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as training:
        assert training.stdout.readline() == b"half\n"
        assert not list(tmp_path.glob("*.tar.gz"))
        training.send_signal(signal.SIGTERM)
        assert training.wait(60) == 128 + signal.SIGTERM
    assert not list(tmp_path.iterdir())


def test_a_model_is_put_on_the_shelf_whole(tmp_path, monkeypatch):
    def whole(output, fixed_model_name, **_):
        made = Path(output) / f"{fixed_model_name}.tar.gz"
        made.write_text("a model")
        return SimpleNamespace(code=0, model=str(made))

    rasa = ModuleType("rasa.model_training")
    rasa.train = whole
    monkeypatch.setitem(sys.modules, "rasa.model_training", rasa)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    assert train(tmp_path, ROOT, "fairway-x").read_text() == "a model"
    assert [file.name for file in tmp_path.iterdir()] == ["fairway-x.tar.gz"]


def test_what_a_killed_training_left_is_cleared_a_day_later(tmp_path):
    old, new = tmp_path / f"{BEING_MADE}1", tmp_path / f"{BEING_MADE}2"
    old.mkdir(), new.mkdir()
    os.utime(old, (0, time.time() - 25 * 3600))
    clear_broken_off(tmp_path)
    assert list(tmp_path.iterdir()) == [new]
