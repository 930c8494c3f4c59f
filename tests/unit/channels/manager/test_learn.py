"""Messages that were not understood become training phrases, after a look at the change."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from bot.desk_notes import set_labels
from bot.desk_transfer import pass_to_team
from bot.desk_work import claim_case, close_case
from bot.staff import SAFEGUARDING
from bot.understanding import Answer, Said, Understanding
from channels.assistant_memory import ROUTE
from channels.manager.own_phrases import (
    OwnPhrases,
    PhraseKnown,
    PhraseMarked,
    PhraseUnusable,
    check,
)
from channels.settings import ROOT

OWN_FILE = """version: "3.1"
nlu:
- intent: human
  metadata:
    variety: own
  examples: |
    - rhywun plis
"""
"""The form that test_importer.py has Rasa read."""
MISSED = Answer(
    (Said("What do you need?", "en"),),
    Understanding(intent="nlu_fallback", kind="out_of_scope", fallback=True),
    ({"type": "misunderstood"},),
)
LIBRARY = Answer(
    (Said("The library is open.", "en"),),
    Understanding(intent="service_library", kind="service", service="library", confidence=0.9),
    (ROUTE,),
)
ELSE = Answer((Said("What else?", "en"),), Understanding(intent="something_else"), ())


@pytest.fixture
def script(parts):
    parts.turn.assistant.script.update(
        {"moon": MISSED, "wheelie": LIBRARY, "something else": ELSE, "/something_else": ELSE}
    )


def ids(page):
    return [part.split('"', 1)[0] for part in page.split('name="message" value="')[1:]]


def test_nothing_is_missed_yet(manager):
    assert "Nothing is waiting" in manager.get("/manager").text


def test_a_missed_message_is_shown_without_what_gives_somebody_away(site, manager, script):
    site.citizen("my name is Mary Jones, take the moon from 12 Hazel Way, ring 07700 900123")
    site.citizen("where is the library")
    page = manager.get("/manager").text
    assert "take the moon" in page
    assert not any(told in page for told in ("Mary", "Hazel", "900123"))
    assert "where is the library" not in page


def test_what_came_before_something_else_and_what_an_agent_labels(site, manager, script):
    site.citizen("my wheelie was not emptied", "something else")
    case = site.waiting("my pavement is full of ice", "can i speak to a person please")
    site.citizen("hello there")
    assert "wheelie" in manager.get("/manager").text
    set_labels(site.desk, site.hire("asha"), case.id, "misunderstood")
    page = manager.get("/manager").text
    assert "Chose something else, taken for" in page and "An agent says so" in page
    assert "full of ice" in page and "hello there" not in page


def test_s9_what_led_to_a_safeguarding_case_is_on_no_list(site, manager, post, script):
    """The danger check missed it, the agent did not."""
    case = site.waiting(
        "he threw the moon at me", "my wheelie is my hiding place", "something else",
        "my street is not safe", "can i speak to a person please",
    )  # fmt: skip
    asha, lena = site.hire("asha"), site.hire("lena", ["team_lead"])
    set_labels(site.desk, asha, case.id, "misunderstood")
    said = ("threw the moon", "hiding place", "not safe")
    page = manager.get("/manager").text
    assert all(words in page for words in said)
    message = ids(page)[0]
    pass_to_team(site.desk, lena, case.id, SAFEGUARDING, "hurt at home", (SAFEGUARDING,))

    def is_on_no_list():
        page = manager.get("/manager").text
        assert "Nothing is waiting" in page and not any(words in page for words in said)
        look = {"message": message, "language": "en", "intent": "human", "text": "a person"}
        answer = post("/manager/phrases", **look)
        assert answer.status_code == 422 and not any(words in answer.text for words in said)

    is_on_no_list()
    teams = (SAFEGUARDING, "contact_centre")
    pass_to_team(site.desk, lena, case.id, "contact_centre", "safe now", teams)
    is_on_no_list()
    claim_case(site.desk, lena, case.id)
    close_case(site.desk, lena, case.id, "referred")
    is_on_no_list()


def test_a_phrase_is_looked_at_kept_learned_and_taken_out_again(site, manager, post, script, log):
    site.citizen("they did not take the moon away")
    (message,) = ids(manager.get("/manager").text)
    fields = {
        "message": message, "language": "en", "intent": "service_bulky_waste",
        "text": "they did not take the mattress away",
    }  # fmt: skip
    own = site.parts.settings.home / "phrases" / "en" / "own.yml"
    look = post("/manager/phrases", **fields)
    assert "<ins>+    - they did not take the mattress away</ins>" in look.text
    assert not own.exists()
    assert post("/manager/phrases", **fields, settle="keep").status_code == 303
    (block,) = yaml.safe_load(own.read_text())["nlu"]
    assert block["intent"] == "service_bulky_waste"
    assert block["examples"] == "- they did not take the mattress away\n"
    page = manager.get("/manager").text
    assert "moon" not in page and "they did not take the mattress away" in page
    fields.pop("message")
    assert post("/manager/phrases/drop", **fields).status_code == 303
    assert not own.exists()
    assert "moon" in manager.get("/manager").text
    did = ["phrase_learned", "phrase_unlearned", "message_taken_up"]
    assert [action for action, _ in log()][-3:] == did
    with site.store.begin() as work:
        told = [str(one.entry.detail) for one in work.staff_log.latest(50)]
    assert "mattress" not in " ".join(told), "the log holds nothing that a citizen said"


def test_a_message_is_set_aside_and_brought_back(site, manager, post, script):
    site.citizen("take the moon")
    (message,) = ids(manager.get("/manager").text)
    done = post("/manager/phrases", message=message, settle="aside")
    page = manager.get(done.headers["location"]).text
    assert "Nothing is waiting" in page and "Bring the last one back" in page
    post("/manager/phrases/drop", message=message)
    assert ids(manager.get("/manager").text) == [message]


def test_what_is_wrong_is_said_and_kept_in_the_form(site, manager, post, script):
    site.citizen("take the moon")
    (message,) = ids(manager.get("/manager").text)
    fields = {"message": message, "language": "en", "text": "take my [number] away"}
    answer = post("/manager/phrases", **fields, intent="service_bulky_waste")
    assert answer.status_code == 422
    assert "in place of each mark" in answer.text and "take my [number] away" in answer.text
    assert "Choose what the citizen wanted" in post("/manager/phrases", **fields).text
    for intent in ("crisis_suicide", "nlu_fallback"):  # danger has its own reviewed words
        assert post("/manager/phrases", **fields, intent=intent).status_code == 422
    gone = post("/manager/phrases", **{**fields, "message": "unknown"}, intent="human")
    assert gone.status_code == 422 and "settled or erased" in gone.text
    away = post("/manager/phrases", **{**fields, "language": "../../etc"}, intent="human")
    assert away.status_code == 422


def test_the_form_of_a_phrase(tmp_path):
    assert check("  - take \u202e the\nmattress ") == "take the mattress"
    for text in ("", "a" * 201, "...", "-"):
        with pytest.raises(PhraseUnusable):
            check(text)
    for text in ("my [address]", "(x) it", "a {b}", "a | b"):
        with pytest.raises(PhraseMarked):
            check(text)
    own = OwnPhrases(tmp_path, ROOT / "nlu" / "data")
    with pytest.raises(PhraseKnown, match="service_abandoned_vehicle"):
        own.add("en", "service_pothole", "there's a VAN outside my house with flat tyres that "
                "hasn't moved for months.")  # fmt: skip
    own.add("en", "human", 'a "quoted": phrase # with signs')
    own.add("en", "human", "& another")
    own.add("cy", "human", "rhywun plis")
    with pytest.raises(PhraseKnown, match="human"):
        own.add("en", "service_pothole", "& another")
    assert own.of("en") == {"human": ('a "quoted": phrase # with signs', "& another")}
    assert own.languages() == ["cy", "en"]
    assert (tmp_path / "cy" / "own.yml").read_text() == OWN_FILE
    assert not own.drop("en", "human", "not there")
    assert replace(own, shipped=tmp_path).intent_of("cy", "rhywun plis") == "human"
