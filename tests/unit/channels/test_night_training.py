"""Training at night: at its time, once a day, by one process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from bot.council import LONDON
from channels.background import Rounds
from channels.night_training import NightTraining, Trainer, start_night_training
from channels.settings import ROOT, BadSetting, load_settings
from tests.unit.setup.test_supervisor import alive, wait_for
from tests.web_kit import NowClock


@dataclass
class Clock:
    moment: datetime

    def now(self) -> datetime:
        return self.moment


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-07-{text}").replace(tzinfo=LONDON)


@pytest.fixture
def trained():
    return []


@pytest.fixture
def night(tmp_path, trained):
    clock = Clock(at("10T02:29"))
    return NightTraining("02:30", tmp_path / "models", clock, lambda: trained.append(1) or True)


@pytest.mark.parametrize(
    ("moment", "times"),
    [("10T02:29", 0), ("10T02:30", 1), ("10T03:29", 1), ("10T03:30", 0), ("10T14:30", 0)],
)
def test_at_its_time_in_london_and_not_long_after(night, trained, moment, times):
    night.clock.moment = at(moment)
    night.run_once()
    assert len(trained) == times


def test_once_a_day_whatever_came_of_it(night, trained):
    failing = replace(night, train=lambda: trained.append(1) and False)
    for moment, times in (("10T02:30", 1), ("10T02:31", 1), ("11T02:30", 2)):
        night.clock.moment = at(moment)
        failing.run_once()
        assert len(trained) == times


def test_one_process_at_a_time(night, trained):
    night.clock.moment = at("10T02:30")
    begun, go_on = threading.Event(), threading.Event()

    def slowly() -> bool:
        trained.append(1)
        begun.set()
        return go_on.wait(60)

    first = threading.Thread(target=replace(night, train=slowly).run_once)
    first.start()
    assert begun.wait(60)
    night.run_once()
    go_on.set()
    first.join()
    assert trained == [1]


def test_it_is_off_unless_a_time_is_set(tmp_path):
    told = {"FAIRWAY_HOME": str(tmp_path)}
    assert start_night_training(load_settings(told), NowClock()) is None
    for wrong in ("2:30", "24:00", "night"):
        with pytest.raises(BadSetting, match="FAIRWAY_TRAIN_AT"):
            load_settings({**told, "FAIRWAY_TRAIN_AT": wrong})


TRAINING = """
import os, pathlib, subprocess, sys
child = subprocess.Popen(["sleep", "300"])
pathlib.Path(sys.argv[1]).write_text(f"{os.getpid()} {child.pid}\\n")
child.wait()
"""
FAIRWAY = """
import sys, threading, time
from pathlib import Path
from channels.night_training import Trainer
trainer = Trainer([sys.executable, "-c", sys.argv[1], sys.argv[2]], Path("."))
threading.Thread(target=trainer.train, daemon=True).start()
time.sleep(300)
"""


def pids_in(file):
    wait_for(lambda: file.exists() and file.read_text().endswith("\n"), 60)
    return [int(pid) for pid in file.read_text().split()]


def test_a_stop_ends_the_training_and_all_that_it_started(tmp_path):
    trainer = Trainer([sys.executable, "-c", TRAINING, str(tmp_path / "pids")], tmp_path)
    went_well = []
    rounds = Rounds("x", lambda: went_well.append(trainer.train()), 60, at_stop=trainer.end)
    rounds.start()
    pids = pids_in(tmp_path / "pids")
    rounds.stop()
    assert went_well == [False]
    wait_for(lambda: not any(map(alive, pids)))
    assert trainer.train() is False  # and none begins after the stop


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's part is Linux's")
def test_a_training_ends_with_a_fairway_that_is_killed_outright(tmp_path):
    command = [sys.executable, "-c", FAIRWAY, TRAINING, str(tmp_path / "pids")]
    fairway = subprocess.Popen(command, cwd=ROOT)
    try:
        training, sleeper = pids_in(tmp_path / "pids")
        fairway.kill()
        fairway.wait()
        wait_for(lambda: not alive(training))
    finally:
        fairway.kill()
        os.kill(sleeper, signal.SIGKILL)
