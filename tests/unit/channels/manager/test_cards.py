"""A service card changed in the browser, and a service whose answers an agent confirms."""

from __future__ import annotations

import pytest

from bot.stores.switches import SqlSwitches
from bot.understanding import Answer, Said, Understanding
from channels.product_files import read_files
from channels.settings import OWN_CARDS, ROOT
from channels.switches import SwitchBoard
from tests.staff_kit import csrf

PAGE = "/manager/services/pothole"
CARD = (ROOT / "bot" / "services" / "pothole.yml").read_text("utf-8")
CHANGED = CARD.replace("team: highways", "team: roads")


@pytest.fixture
def keep(post):
    return lambda text, act="": post(PAGE, PAGE, text=text, act=act)


def cards(site):
    settings = site.parts.settings
    return read_files(settings.council_file, settings.home / OWN_CARDS).cards


def test_every_service_is_there_with_what_its_card_means(manager):
    page = manager.get("/manager/services").text
    assert page.count("As shipped") == page.count("Have them confirmed") >= 134
    card = manager.get(PAGE).text
    assert "Report a pothole (LGSL 557)" in card and "Online: done in the chat by open311" in card
    assert manager.get("/manager/services/unknown").status_code == 404
    assert manager.get("/manager/services/..%2Fcouncil").status_code == 404


def test_a_change_is_looked_at_kept_and_taken_back(site, keep, manager, log):
    look = keep(CHANGED)
    assert "<ins>+team: roads</ins>" in look.text and "go to the team roads" in look.text
    assert cards(site)["pothole"].team == "highways"
    assert keep(CHANGED.replace("\n", "\r\n"), "keep").status_code == 303
    assert cards(site)["pothole"].team == "roads"
    assert "Changed here" in manager.get("/manager/services").text
    assert keep("", "shipped").status_code == 303
    assert cards(site)["pothole"].team == "highways"
    assert [action for action, _ in log()][-2:] == ["card_changed", "card_put_back"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: transactional", "kind: fast", "cannot be"),
        ("id: pothole", "id: other", "is not its file"),
        ("lgsl: 557", "lgsl: 558", "cannot be changed here"),
        ("tier: county/unitary\n", "", "is missing"),
        ("connector: open311, ", "", "needs a connector"),
        ("names:", "names: [", "Check its indents"),
        ("way: talk_to_person", "way: none", "cannot be"),
    ],
)
def test_it_is_checked_as_a_file_is(site, keep, old, new, said):
    assert old in CARD
    answer = keep(CARD.replace(old, new), "keep")
    assert answer.status_code == 422 and said in answer.text and "Line " in answer.text
    assert "/tmp" not in answer.text
    assert not list((site.parts.settings.home / OWN_CARDS).glob("*.yml"))


def test_the_preview_is_asked_for_by_a_script(manager):
    token = csrf(manager.get(PAGE).text)
    ask = {"Accept": "application/json"}
    good = manager.post(PAGE, data={"csrf": token, "text": CHANGED}, headers=ask).json()
    assert good["problem"] == "" and "Cases go to the team roads." in good["says"]
    bad = manager.post(PAGE, data={"csrf": token, "text": "id: ["}, headers=ask)
    assert bad.status_code == 200 and bad.json()["says"] == [] and "Line " in bad.json()["problem"]


def test_answers_are_confirmed_from_now_on_until_they_are_not(site, manager, post, log):
    board = SwitchBoard(SqlSwitches(site.parts.engine))
    assert post(f"{PAGE}/confirm", "/manager/services", on="1").status_code == 303
    board.look()
    assert board.is_confirmed("pothole") and not board.service_is_off("pothole")
    page = manager.get("/manager/services?done=approval").text
    assert page.count("Confirmed by an agent") == 1
    assert post(f"{PAGE}/confirm", "/manager/services").status_code == 303
    board.look()
    assert not board.is_confirmed("pothole")
    assert [action for action, _ in log()][-2:] == ["approval_on", "approval_off"]


def test_an_agent_sends_the_assistants_answer_from_the_case(site, parts):
    from dataclasses import replace

    made = Understanding(intent="service_pothole", service="pothole", language="en")
    parts.turn.assistant.script["hole"] = Answer((Said("We mend it <b>today</b>.", "en"),), made)
    turn = replace(parts.turn, confirmed_by={"pothole": "highways"}.get)
    object.__setattr__(site.parts, "turn", turn)
    case = site.waiting("a hole in the road")
    with site.client(site.hire("asha")) as agent:
        assert "Confirm the assistant" in agent.get("/desk").text
        page = agent.get(f"/desk/cases/{case.id}").text
        assert "The assistant wants to say" in page and "&lt;b&gt;today" in page
        assert "Draft" not in page
        sent = agent.post(f"/desk/cases/{case.id}/confirm", data={"csrf": csrf(page)})
        assert sent.headers["location"] == "/desk?done=confirmed"
        again = agent.post(f"/desk/cases/{case.id}/confirm", data={"csrf": csrf(page)})
        assert again.status_code == 409
    assert site.texts(case.conversation_id)[-1] == "assistant: We mend it <b>today</b>."
