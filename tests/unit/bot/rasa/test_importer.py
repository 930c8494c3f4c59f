"""Cards, phrases and rules become what Rasa is trained on."""

import shutil
from pathlib import Path

import pytest

from bot.errors import BadFile
from bot.rasa.importer import OWN_PHRASES, FairwayImporter

ROOT = Path(__file__).resolve().parents[4]
ACTIONS = {
    "human": "action_hand_to_person",
    "face_to_face": "action_come_in",
    "digital_barrier": "action_note_barrier",
    "adjustment": "action_note_adjustment",
    "why": "action_explain_route",
    "something_else": "action_something_else",
    "change_language": "action_change_language",
    "crisis_suicide": "action_crisis",
    "crisis_danger_to_life": "action_crisis",
    "crisis_abuse": "action_crisis",
    "crisis_child": "action_crisis",
}


def importer(root: Path) -> FairwayImporter:
    return FairwayImporter(str(root / "bot/rasa/config.yml"))


def rules(root: Path) -> dict[str, list[str]]:
    """Intent → the actions of its rule."""
    found = {}
    for step in importer(root).get_stories().story_steps:
        said = [e.intent["name"] for e in step.events if hasattr(e, "intent") and e.intent]
        did = [getattr(e, "action_name", None) for e in step.events]
        named = [a for a in did if a and a not in ("action_listen", "...")]
        found[said[0]] = named
    return found


def test_each_card_becomes_an_intent_and_a_rule(project):
    assert {"service_pothole", "service_library"} <= set(importer(project).get_domain().intents)
    assert rules(project)["service_pothole"] == ["action_serve_citizen"]


def test_every_intent_leads_to_exactly_one_action():
    domain = importer(ROOT).get_domain()
    ours = [i for i in domain.intents if i not in ("restart", "back", "session_start")]
    made = rules(ROOT)
    assert set(made) == set(ours)
    assert all(len(actions) == 1 for actions in made.values())
    assert {actions[0] for actions in made.values()} <= set(domain.user_actions)


def test_each_kind_of_message_has_its_own_action():
    made = rules(ROOT)
    assert {intent: made[intent][0] for intent in ACTIONS} == ACTIONS
    others = {intent for intent in made if intent not in ACTIONS}
    assert {made[intent][0] for intent in others} == {"action_serve_citizen"}


def test_phrases_carry_the_language_of_their_folder(project):
    data = importer(project).get_nlu_data()
    found = {(m.get("language"), m.get("text")) for m in data.training_examples}
    assert ("cy", "mae twll yn y ffordd") in found
    assert ("en", "I want the library") in found


OWN = """version: "3.1"
nlu:
- intent: service_pothole
  metadata:
    variety: own
  examples: |
    - mae "twll" mawr: ger fy nhŷ # nawr
"""
"""As channels/manager/own_phrases.py writes them."""


def test_phrases_of_the_councils_own_are_learned_too(project, tmp_path, monkeypatch):
    own = tmp_path / "phrases" / "cy" / "own.yml"
    own.parent.mkdir(parents=True)
    own.write_text(OWN, "utf-8")
    monkeypatch.setenv(OWN_PHRASES, str(own.parents[1]))
    found = {
        (m.get("language"), m.get("intent"), m.get("text"))
        for m in importer(project).get_nlu_data().training_examples
    }
    assert ("cy", "service_pothole", 'mae "twll" mawr: ger fy nhŷ # nawr') in found
    own.write_text(OWN.replace("service_pothole", "service_nothing"), "utf-8")
    with pytest.raises(BadFile, match="service_nothing"):
        importer(project).get_nlu_data()


def test_the_domain_holds_no_reply_texts(project):
    assert not importer(project).get_domain().responses


def test_a_slot_never_steers_the_rules(project):
    slots = importer(project).get_domain().slots
    ours = {"language", "medium", "service", "task", "circumstances", "last_route", "known"}
    assert ours <= {slot.name for slot in slots}
    assert not any(slot.influence_conversation for slot in slots if slot.name in ours)


def test_one_card_and_one_file_of_phrases_add_a_service(project):
    from tests.unit.bot.rasa.conftest import write_phrases

    card = (project / "bot/services/pothole.yml").read_text()
    card = card.replace("id: pothole", "id: trees").replace("lgsl: 557", "lgsl: 600")
    (project / "bot/services/trees.yml").write_text(card)
    write_phrases(project, "en", "trees.yml", "service_trees", "a tree has fallen down")
    assert "service_trees" in importer(project).get_domain().intents
    assert rules(project)["service_trees"] == ["action_serve_citizen"]
    assert "service_trees" in importer(project).get_nlu_data().intents


def test_a_card_without_phrases_is_refused(project):
    (project / "nlu/data/en/library.yml").unlink()
    with pytest.raises(BadFile, match=r"library.yml: this service has no training phrases.*Write"):
        importer(project).get_nlu_data()


def test_phrases_for_an_unknown_intent_are_refused_with_their_line(project):
    path = project / "nlu/data/en/library.yml"
    path.write_text(path.read_text().replace("service_library", "service_libary"))
    with pytest.raises(BadFile, match=r"library.yml:3: unknown intent 'service_libary'"):
        importer(project).get_nlu_data()


def test_phrases_may_not_train_the_fallback(project):
    path = project / "nlu/data/en/library.yml"
    path.write_text(path.read_text().replace("service_library", "nlu_fallback"))
    with pytest.raises(BadFile, match="unknown intent 'nlu_fallback'"):
        importer(project).get_nlu_data()


def test_a_broken_phrase_file_is_named(project):
    (project / "nlu/data/en/library.yml").write_text('version: "3.1"\nnlu:\n- intent: [oops\n')
    with pytest.raises(BadFile, match=r"library.yml"):
        importer(project).get_nlu_data()


def test_a_broken_card_is_named(project):
    shutil.copy(ROOT / "bot/services/pothole.yml", project / "bot/services/twin.yml")
    with pytest.raises(BadFile, match="is not its file's name 'twin'"):
        importer(project).get_domain()
