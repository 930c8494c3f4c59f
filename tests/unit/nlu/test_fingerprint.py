"""The fingerprint changes with every input of the model, and with nothing else."""

import re
import shutil
from pathlib import Path

import pytest

from nlu.fingerprint import INPUTS, fingerprint

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def copy(tmp_path):
    for pattern in (*INPUTS, "requirements/rasa.lock"):
        for path in ROOT.glob(pattern):
            target = tmp_path / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    return tmp_path


def test_every_pattern_finds_something():
    assert all(list(ROOT.glob(pattern)) for pattern in INPUTS)


def test_the_place_of_the_project_does_not_matter(copy):
    assert fingerprint(copy) == fingerprint(ROOT)


@pytest.mark.parametrize(
    "path",
    [
        "bot/services/pothole.yml",
        "nlu/data/cy/pothole.yml",
        "bot/rasa/rules.yml",
        "nlu/components/ngrams.py",
    ],
)
def test_a_changed_input_changes_it(copy, path):
    before = fingerprint(copy)
    (copy / path).write_text((copy / path).read_text() + "\n# changed\n")
    assert fingerprint(copy) != before


def test_what_the_components_take_from_the_bot_is_an_input():
    named = {path for pattern in INPUTS for path in ROOT.glob(pattern)}
    sources = [path.read_text() for path in (ROOT / "nlu/components").glob("*.py")]
    taken = {one for text in sources for one in re.findall(r"^from (bot[.\w]+) import", text, re.M)}
    assert {ROOT / f"{one.replace('.', '/')}.py" for one in taken - {"bot.errors"}} <= named


def test_a_new_file_and_another_rasa_change_it(copy):
    before = fingerprint(copy)
    (copy / "nlu/data/en/trees.yml").write_text("")
    added = fingerprint(copy)
    lock = copy / "requirements/rasa.lock"
    lock.write_text(lock.read_text().replace("rasa==3.6.21", "rasa==3.6.22"))
    assert len({before, added, fingerprint(copy)}) == 3


def test_a_changed_reply_does_not_change_it(copy):
    before = fingerprint(copy)
    (copy / "bot/replies").mkdir()
    (copy / "bot/replies/en.po").write_text("changed")
    assert fingerprint(copy) == before


def test_phrases_of_the_councils_own_change_it_and_none_change_nothing(copy, tmp_path_factory):
    own = tmp_path_factory.mktemp("phrases")
    before = fingerprint(copy)
    assert fingerprint(copy, own) == before
    (own / "en").mkdir()
    (own / "en" / "own.yml").write_text("one")
    one = fingerprint(copy, own)
    (own / "en" / "own.yml").write_text("two")
    assert len({before, one, fingerprint(copy, own)}) == 3
