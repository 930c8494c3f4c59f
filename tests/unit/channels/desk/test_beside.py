"""The pages beside a case: council systems, what was written before, a service's questions."""

from __future__ import annotations

from functools import partial

import pytest

from bot.council_case import CaseLook, CouncilCase
from bot.desk_work import claim_case
from bot.message import Medium
from bot.take_in import take_in
from bot.turn import handle_turn
from bot.understanding import Answer, Said, Understanding
from channels.auth import make_auth_router
from channels.desk import make_desk_router
from channels.desk.cases_memory import MemoryCases
from tests.staff_kit import Site, csrf
from tests.web_kit import public_app, serve

NUMBER = "447700900123"


@pytest.fixture
def looker():
    return MemoryCases()


@pytest.fixture
def site(parts, looker):
    router = partial(make_desk_router, looker=looker)
    with serve(public_app(parts, make_auth_router, router)) as served:
        made = Site(parts, served.url)
        yield made
    for client in made.clients:
        client.close()


@pytest.fixture
def asha(site):
    return site.hire("asha")


@pytest.fixture
def page(site, asha):
    return site.client(asha)


def texted(site, asha, *before):
    for text in before:
        site.citizen(text, medium=Medium.SMS, address=NUMBER)
    case = site.waiting(medium=Medium.SMS, address=NUMBER)
    claim_case(site.desk, asha, case.id)
    return case


def press(page, case, what, **form):
    token = csrf(page.get(f"/desk/cases/{case.id}").text)
    return page.post(f"/desk/cases/{case.id}/{what}", data={"csrf": token, **form})


def answer(site, case, text):
    turn = site.parts.turn
    handle_turn(turn, take_in(turn, case.conversation_id, text).message)


def test_cases_of_a_conversation_and_how_they_are(site, looker, asha, page):
    made = {"type": "case", "system": "cases", "reference": "SC-<1>"}
    late = {"type": "appointment", "reference": "A-2"}
    mail = {"type": "case", "system": "email", "reference": "F-3"}
    gone = {"type": "case", "system": "open311", "reference": "R-4"}
    told = {"type": "told", "summary": {"service": "pothole"}, "asking": False}
    answered = Answer((Said("done", "en"),), Understanding(), (made, late, mail, gone, told))
    site.parts.turn.assistant.script["my road"] = answered
    case = site.waiting("my road", "my road", "can i speak to a person please")
    shown = page.get(f"/desk/cases/{case.id}").text
    assert shown.count("SC-&lt;1&gt;") == 1 and "Report a pothole" in shown
    looker.held = {
        "SC-<1>": CaseLook("planned", "<b>on Monday</b>"),
        "A-2": CaseLook("booked", "Shrewsbury Library"),
        "F-3": CaseLook(problem="nowhere"),
    }
    asked = page.get(f"/desk/cases/{case.id}/council").text
    for words in ("The work is planned", "&lt;b&gt;on Monday", "Shrewsbury Library",
                  "no system can be asked", "does not know this reference"):  # fmt: skip
        assert words in asked
    looker.down = True
    assert "did not answer in time" in page.get(f"/desk/cases/{case.id}/council").text


def test_a_conversation_that_made_nothing_says_so(site, page):
    case = site.waiting()
    assert "How are they now" not in page.get(f"/desk/cases/{case.id}").text
    assert "brought about none" in page.get(f"/desk/cases/{case.id}/council").text


def test_from_asking_to_reading_what_was_written_before(site, asha, page):
    case = texted(site, asha, "my <bin> is full")
    assert "Ask if we may read it" in page.get(f"/desk/cases/{case.id}").text
    assert page.get(f"/desk/cases/{case.id}/earlier").status_code == 403
    assert press(page, case, "earlier").headers["location"] == f"/desk/cases/{case.id}#earlier"
    assert "has not answered yet" in page.get(f"/desk/cases/{case.id}").text
    answer(site, case, "yes")
    assert "The citizen said yes" in page.get(f"/desk/cases/{case.id}").text
    listed = page.get(f"/desk/cases/{case.id}/earlier").text
    assert "from the same phone number" in listed
    link = listed.split('id="earlier-1" href="', 1)[1].split('"', 1)[0]
    assert "my &lt;bin&gt; is full" in page.get(link).text
    with site.store.begin() as work:
        did = [entry.action for entry in work.staff_log.about(case.id)]
    looked = [one for one in did if one.startswith("earlier")]
    assert looked == ["earlier_asked", "earlier_listed", "earlier_read"]


def test_after_a_no_the_page_says_so_and_shows_nothing(site, asha, page):
    case = texted(site, asha, "my bin is full")
    press(page, case, "earlier")
    answer(site, case, "no")
    shown = page.get(f"/desk/cases/{case.id}").text
    assert "The citizen said no" in shown and "earlier-list" not in shown
    assert page.get(f"/desk/cases/{case.id}/earlier").status_code == 403


def test_the_question_and_its_answers_are_in_the_citizens_language(site, asha, page):
    case = site.waiting(medium=Medium.SMS, address=NUMBER, language="cy")
    claim_case(site.desk, asha, case.id)
    press(page, case, "earlier")
    said = site.texts(case.conversation_id)[-1]
    assert said.startswith("system: A gaiff Asha ddarllen")
    answer(site, case, "ie")
    assert "Diolch" in site.texts(case.conversation_id)[-1]


def test_a_web_chat_that_nothing_links_says_why(site, asha, page):
    case = site.waiting()
    claim_case(site.desk, asha, case.id)
    assert "Nothing links this web chat" in page.get(f"/desk/cases/{case.id}").text
    refused = press(page, case, "earlier")
    assert refused.status_code == 422 and 'id="earlier-error"' in refused.text


def test_the_assistant_asks_and_brings_it_back(site, asha, page):
    told = {"type": "told", "summary": {"service": "pothole"}, "asking": True}
    asks = Answer((Said("Where is the hole?", "en"),), Understanding(), (told,))
    site.parts.turn.assistant.script["/service_pothole"] = asks
    case = site.waiting()
    claim_case(site.desk, asha, case.id)
    sent = press(page, case, "questions", service="pothole", comes_back="1", note="")
    assert sent.headers["location"] == "/desk?done=questions"
    assert "The assistant asks the questions" in page.get("/desk?done=questions").text
    assert site.texts(case.conversation_id)[-1] == "assistant: Where is the hole?"
    answer(site, case, "High Street")
    with site.store.begin() as work:
        back = work.handoffs.open_of(case.conversation_id)
    assert "Back from the assistant" in page.get(f"/desk/cases/{back.id}").text


def test_without_a_service_the_form_says_so(site, asha, page):
    case = site.waiting()
    claim_case(site.desk, asha, case.id)
    for service in ("", "nowhere", "library"):
        refused = press(page, case, "questions", service=service)
        assert refused.status_code == 422 and 'id="questions-error"' in refused.text


def test_other_teams_safeguarding_cases_stay_closed(site, page):
    case = site.waiting("i want to kill myself")
    bryn = site.client(site.hire("bryn", teams=["highways"]))
    for path in ("council", "earlier", "earlier/x"):
        assert bryn.get(f"/desk/cases/{case.id}/{path}").status_code == 403
    with site.store.begin() as work:
        work.council_cases.add(
            CouncilCase(case.conversation_id, "cases", "SC-9", "", site.parts.turn.clock.now())
        )
        work.commit()
    assert "SC-9" not in bryn.get(f"/desk/cases/{case.id}/council").text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "council", 200),
        ("GET", "visit", 200),
        ("POST", "visit", 409),
        ("POST", "notes", 422),
        ("POST", "answer", 422),
    ],
)
def test_s9_no_way_to_read_a_case_leaves_the_log_out(site, page, method, path, status):
    """A form that is sent empty is answered with the case's page, transcript and all."""
    case = site.waiting("i want to kill myself")
    bryn = site.client(site.hire("bryn", teams=["highways"]))
    for client, answered in ((page, status), (page, status), (bryn, 403)):
        form = {"csrf": csrf(client.get("/desk").text)} if method == "POST" else None
        answer = client.request(method, f"/desk/cases/{case.id}/{path}", data=form)
        assert answer.status_code == answered
    with site.store.begin() as work:
        did = [(entry.username, entry.action) for entry in work.staff_log.about(case.id)]
    assert did == [("asha", "case_opened"), ("bryn", "case_refused")]
