"""Phrases are read as Rasa's own reader reads them, only sooner; Rasa reads what is not plain."""

import copy
from pathlib import Path

import pytest
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.errors import BadFile
from bot.rasa.phrase_reader import Phrase, PhraseReader

DATA = Path(__file__).resolve().parents[4] / "nlu/data"
PLAIN = 'version: "3.1"\nnlu:\n- intent: service_trees\n  examples: |\n    - a tree\n'
FILES = ["en/crisis.yml", "cy/library.yml", "ur/kinds.yml", "ar/kinds.yml", "zh/kinds.yml"]
ODD = {
    "a list of phrases": PLAIN.replace("|\n    - a tree", "\n    - text: a tree"),
    "an entity": PLAIN.replace("a tree", "a tree in [Hill Road](street)"),
    "a synonym": PLAIN + "- synonym: tree\n  examples: |\n    - oak\n",
    "a variety": PLAIN.replace("  examples", "  metadata:\n    variety: plain\n  examples"),
    "emoji and accents": PLAIN.replace("a tree", "żółć 🌳 ‏شجرة"),
}


def read_both(path: Path):
    ours = [phrase.as_dict() for phrase in PhraseReader().phrases(path)]
    return ours, [one.as_dict() for one in RasaYAMLReader().read(str(path)).training_examples]


@pytest.mark.parametrize("name", FILES)
def test_our_own_files_are_read_as_rasa_reads_them(name):
    ours, rasas = read_both(DATA / name)
    assert ours == rasas and len(ours) > 5


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_so_are_files_that_are_not_plain(tmp_path, text):
    path = tmp_path / "trees.yml"
    path.write_text(text, "utf-8")
    ours, rasas = read_both(path)
    assert ours == rasas and ours


def test_rasa_says_what_it_does_not_know(tmp_path):
    path = tmp_path / "trees.yml"
    path.write_text(PLAIN.replace("intent", "intnet"), "utf-8")
    with pytest.raises(RasaException):
        PhraseReader().phrases(path)


def test_a_key_that_is_there_twice_is_told_with_its_line(tmp_path):
    path = tmp_path / "trees.yml"
    path.write_text(PLAIN + "  intent: service_woods\n", "utf-8")
    with pytest.raises(BadFile, match=r"trees.yml:6.*twice"):
        PhraseReader().phrases(path)


def test_a_copy_is_equal_apart_and_may_change():
    phrase = Phrase({"text": "a tree", "intent": "service_trees", "metadata": {"x": ["y"]}})
    made = copy.deepcopy(phrase)
    assert made == phrase and hash(made) == hash(phrase)
    made.get("metadata")["x"].append("z")
    made.set("intent", "service_woods")
    assert made != phrase and phrase.get("metadata") == {"x": ["y"]}


def test_merging_drops_only_what_is_there_twice():
    one, two = (Phrase({"text": "a tree", "intent": name}) for name in ("trees", "woods"))
    merged = TrainingData([one, two]).merge(TrainingData([copy.deepcopy(one)]))
    assert [m.get("intent") for m in merged.training_examples] == ["trees", "woods"]
