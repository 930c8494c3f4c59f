"""The rules: Rasa's own validation, stories, and a thirteenth service by two files."""

import asyncio
import shutil
from pathlib import Path

import pytest
import yaml
from rasa.core.agent import Agent
from rasa.core.test import test as run_stories
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.validator import Validator

from bot.files.live_model import live_model
from nlu.parser import load_parser
from nlu.ship_vectors import QUICK
from nlu.train import train_if_changed

ROOT = Path(__file__).resolve().parents[2]
CARDS = ("pothole", "library", "homelessness")
TREES = """\
version: "3.1"
nlu:
- intent: service_trees
  examples: |
    - a tree has fallen down
    - a branch is hanging over the path
    - the tree outside my house is dead
    - please cut the tree roots
    - tree blocking the pavement
    - the trees need pruning
"""


def test_rasa_data_validate_finds_nothing_wrong():
    importer = TrainingDataImporter.load_from_config(str(ROOT / "bot/rasa/config.yml"))
    validator = Validator.from_importer(importer)
    validator.warn_if_config_mandatory_keys_are_not_set()
    assert validator.verify_domain_validity()
    assert validator.verify_nlu(ignore_warnings=False)
    assert validator.verify_story_structure(ignore_warnings=False)
    assert validator.verify_intents_in_stories(ignore_warnings=False)
    assert validator.verify_actions_in_stories_rules()


def test_the_stories_go_as_written(models, tmp_path):
    agent = Agent.load(live_model(models).path)
    stories = str(ROOT / "tests/dialogue/test_stories.yml")
    report = asyncio.run(
        run_stories(stories, agent, e2e=True, out_directory=str(tmp_path), disable_plotting=True)
    )
    failed = (tmp_path / "failed_test_stories.yml").read_text()
    assert report["report"]["conversation_accuracy"]["accuracy"] == 1.0, failed


@pytest.fixture(scope="module")
def thirteenth(tmp_path_factory):
    """A project with a few of our services and one more: a card and a file of phrases."""
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "bot/rasa", root / "bot/rasa")
    (root / "bot/services").mkdir()
    for card in CARDS:
        shutil.copy(ROOT / f"bot/services/{card}.yml", root / "bot/services")
    shown = {f"service_{card}" for card in CARDS}
    for path in (*(ROOT / "nlu/data/en").glob("*.yml"), *(ROOT / "nlu/data/cy").glob("*.yml")):
        if path.stem[-2:-1] == "_":  # later rounds of phrases: the first ones are enough here
            continue
        blocks = yaml.load(path.read_text("utf-8"), Loader=QUICK)["nlu"]
        kept = [b for b in blocks if b["intent"] in shown or not b["intent"].startswith("service_")]
        if kept:
            copy = root / "nlu/data" / path.parent.name / path.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(yaml.safe_dump({"version": "3.1", "nlu": kept}, allow_unicode=True))
    card = (root / "bot/services/pothole.yml").read_text("utf-8")
    card = card.replace("id: pothole", "id: trees").replace("lgsl: 557", "lgsl: 600")
    (root / "bot/services/trees.yml").write_text(card, "utf-8")
    (root / "nlu/data/en/trees.yml").write_text(TREES)
    return root


@pytest.mark.timeout(900)  # trains a model, on a busy machine
def test_a_thirteenth_service_needs_one_card_and_its_phrases(thirteenth, tmp_path):
    report = train_if_changed(tmp_path, thirteenth)
    assert report["trained"]
    model = live_model(tmp_path).path
    parsed = load_parser(model)("a big branch fell off a tree", {})
    assert parsed["intent"]["name"] == "service_trees"
    agent = Agent.load(model)
    prediction = asyncio.run(_next_action(agent, "/service_trees"))
    assert prediction == "action_serve_citizen"
    assert not train_if_changed(tmp_path, thirteenth)["trained"]


async def _next_action(agent: Agent, text: str) -> str:
    from rasa.core.channels.channel import UserMessage

    tracker = await agent.processor.log_message(UserMessage(text, sender_id="c1"))
    scores = agent.processor.predict_next_with_tracker(tracker)["scores"]
    return max(scores, key=lambda each: each["score"])["action"]
