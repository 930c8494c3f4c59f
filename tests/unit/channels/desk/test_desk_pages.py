"""The desk over HTTP, with and without scripts."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace

import httpx
import pytest

from bot.desk_work import claim_case, close_case
from bot.message import Medium
from bot.staff import Role
from bot.take_in import take_in
from bot.turn import handle_turn
from channels.sms.other_way import call_instead
from tests.staff_kit import csrf

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }} {% raw %}",
    "</li></ol><h1>owned</h1>",
    "javascript:alert(1)",
    "&lt;b&gt;",
)


@pytest.fixture
def asha(site):
    return site.hire("asha")


@pytest.fixture
def browser(site, asha):
    with site.client(asha) as client:
        yield client


def act(browser, case, what, **fields):
    page = browser.get(f"/desk/cases/{case.id}").text
    return browser.post(f"/desk/cases/{case.id}/{what}", data={"csrf": csrf(page), **fields})


def says(site, case, text):
    turn = site.parts.turn
    handle_turn(turn, take_in(turn, case.conversation_id, text).message)


def test_an_empty_desk_says_so(browser):
    page = browser.get("/desk").text
    assert "Nobody is waiting" in page
    assert "You have no case" in page


def test_a_waiting_case_is_taken_answered_and_closed_without_scripts(site, browser):
    case = site.waiting("can i speak to a person please")
    queue = browser.get("/desk").text
    assert "1 person is waiting" in queue
    assert "Asked for a person" in queue
    assert "can i speak to a person please" in queue
    taken = act(browser, case, "claim")
    assert taken.headers["location"] == f"/desk/cases/{case.id}"
    answered = act(browser, case, "answer", text="Good morning!", form_id="f1")
    assert answered.headers["location"] == f"/desk/cases/{case.id}#answer"
    page = browser.get(f"/desk/cases/{case.id}").text
    assert "Good morning!" in page
    assert "With you since" in page
    closed = act(browser, case, "close", outcome="resolved", note="all well")
    assert closed.headers["location"] == "/desk?done=closed"
    after = browser.get("/desk?done=closed").text
    assert "The case is closed" in after
    assert "Resolved" in after
    assert "all well" in browser.get(f"/desk/cases/{case.id}").text

    def words(key):
        return site.parts.turn.replies.say(key, "en", "web")

    assert [t for t in site.texts(case.conversation_id) if t.startswith(("agent", "system"))][
        1:
    ] == [
        "system: You are now talking to Asha. They are a person and work for the council.",
        "agent: Good morning!",
        f"system: {words('handoff_closed')}\n\n{words('closing_ask')}",
    ]
    says(site, case, "In part")
    page = browser.get(f"/desk/cases/{case.id}").text
    assert "Did they get what they needed?" in page and "<b>In part</b>" in page


def test_a_case_goes_back_to_the_assistant(site, browser):
    case = site.waiting()
    act(browser, case, "claim")
    back = act(browser, case, "return", note="wants bin day")
    assert back.headers["location"] == "/desk?done=returned"
    assert "Given back to the assistant" in browser.get(f"/desk/cases/{case.id}").text


def came_back(site, browser):
    """A case that this browser's agent had, back from the assistant."""
    case = site.waiting()
    act(browser, case, "claim")
    act(browser, case, "return", note="wants bin day")
    says(site, case, "can i speak to a person please")
    with site.store.begin() as work:
        return work.handoffs.open_of(case.conversation_id)


def test_what_comes_back_stands_with_whoever_had_it_first_and_colleagues_see_why(site, browser):
    case = came_back(site, browser)
    mine = browser.get("/desk").text
    assert "You had it: yours first until" in mine and f'id="take-{case.id}"' in mine
    page = browser.get(f"/desk/cases/{case.id}").text
    assert 'id="leave"' in page and 'id="take"' in page
    assert "Asked first" in page and "Asha Example had it and gave it back" in page
    with site.client(site.hire("bryn")) as other:
        queue = other.get("/desk").text
        assert "Asha Example had it and is asked first until" in queue
        assert f'id="take-{case.id}"' not in queue
        page = other.get(f"/desk/cases/{case.id}").text
        assert "Asha Example had it and is asked first" in page and 'id="take"' not in page
        refused = other.post(f"/desk/cases/{case.id}/claim", data={"csrf": csrf(queue)})
        assert refused.status_code == 409 and "is asked first" in refused.text
        refused = other.post(f"/desk/cases/{case.id}/queue", data={"csrf": csrf(queue)})
        assert refused.status_code == 409
    assert act(browser, case, "claim").headers["location"] == f"/desk/cases/{case.id}"


def test_what_is_left_to_the_queue_is_anybodys(site, browser):
    case = came_back(site, browser)
    assert act(browser, case, "queue").headers["location"] == "/desk?done=left"
    assert "in the queue for everybody" in browser.get("/desk?done=left").text
    with site.client(site.hire("bryn")) as other:
        assert act(other, case, "claim").headers["location"] == f"/desk/cases/{case.id}"


def test_who_is_too_late_hears_who_has_it(site, browser):
    case = site.waiting()
    page = browser.get("/desk").text
    claim_case(site.desk, site.hire("bryn"), case.id)
    answer = browser.post(f"/desk/cases/{case.id}/claim", data={"csrf": csrf(page)})
    assert answer.status_code == 409
    assert "Bryn Example has this case already. Pick another one." in answer.text
    read_only = browser.get(f"/desk/cases/{case.id}").text
    assert "Only they can answer" in read_only
    assert 'name="text"' not in read_only


def test_only_who_has_a_case_can_act_on_it(site, browser):
    case = site.waiting()
    for what, fields in (
        ("answer", {"text": "hello"}),
        ("close", {"outcome": "resolved"}),
        ("return", {}),
    ):
        token = csrf(browser.get("/desk").text)
        answer = browser.post(f"/desk/cases/{case.id}/{what}", data={"csrf": token, **fields})
        assert answer.status_code == 403
        assert "Go to the desk" in answer.text


def test_what_cannot_be_said_comes_back_in_the_box(site, browser):
    case = site.waiting()
    act(browser, case, "claim")
    empty = act(browser, case, "answer", text=" \u200b ")
    assert empty.status_code == 422
    assert "There was nothing to read" in empty.text
    long = act(browser, case, "answer", text="x" * 2001)
    assert long.status_code == 422
    assert "x" * 2001 in long.text


def test_a_case_is_not_closed_without_an_outcome(site, browser):
    case = site.waiting()
    act(browser, case, "claim")
    answer = act(browser, case, "close", note="half <b>done</b>")
    assert answer.status_code == 422
    assert "Choose what became of it." in answer.text
    assert "half &lt;b&gt;done&lt;/b&gt;" in answer.text


def test_a_script_gets_json(site, browser):
    case = site.waiting()
    act(browser, case, "claim")
    headers = {"Accept": "application/json"}
    token = csrf(browser.get(f"/desk/cases/{case.id}").text)
    address = f"/desk/cases/{case.id}/answer"
    sent = browser.post(
        address, data={"csrf": token, "text": "Hi", "form_id": "1"}, headers=headers
    )
    assert sent.status_code == 201
    again = browser.post(
        address, data={"csrf": token, "text": "Hi", "form_id": "1"}, headers=headers
    )
    assert again.json() == sent.json()
    empty = browser.post(address, data={"csrf": token, "text": " "}, headers=headers)
    assert (empty.status_code, empty.json()["error"]) == (422, "message_empty")


def test_a_text_messenger_is_answered_by_text(site, browser):
    case = site.waiting("person", medium=Medium.SMS, address="447700900123")
    act(browser, case, "claim")
    page = browser.get(f"/desk/cases/{case.id}").text
    assert 'href="tel:+447700900123"' in page
    assert "Goes out as a text message" in page
    act(browser, case, "answer", text="Hello")
    with site.store.begin() as work:
        assert work.outbox.waiting("sms") == 3
        work.sms_numbers.opt_out("447700900123", site.parts.turn.clock.now())
        work.commit()
    assert "This number texted STOP" in browser.get(f"/desk/cases/{case.id}").text


def test_a_citizen_who_writes_welsh_can_be_answered_in_welsh_or_english(site, browser):
    case = site.waiting("dwi eisiau siarad â pherson", language="cy")
    act(browser, case, "claim")
    page = browser.get(f"/desk/cases/{case.id}").text
    assert '<option value="cy" lang="cy" selected>' in page
    act(browser, case, "answer", text="Hello", language="en")
    assert (
        '<p class="bubble" lang="en" dir="auto">Hello</p>'
        in browser.get(f"/desk/cases/{case.id}").text
    )
    assert '<option value="en" lang="en" selected>' in browser.get(f"/desk/cases/{case.id}").text


@pytest.mark.parametrize("text", HOSTILE)
def test_s6_what_a_citizen_writes_is_only_ever_text(site, browser, text):
    case = site.waiting(text, f"can i speak to a person {text}")
    for address in ("/desk", f"/desk/cases/{case.id}"):
        page = browser.get(address).text
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "<h1>owned" not in page
        assert "<b>" not in page.replace("<b><bdi>", "").replace("<b>Nobody has", "")


def test_s6_stored_overrides_stay_inside_their_bubble(site, browser):
    case = site.waiting()
    with site.store.begin() as work:
        first = work.messages.of(case.conversation_id)[0]
        work.messages.add(replace(first, id="evil", text="abc\u202edef"))
        work.commit()
    page = browser.get(f"/desk/cases/{case.id}").text
    assert 'dir="auto">abc\u202edef</p>' in page


def test_A10_what_the_citizen_said_is_on_the_page(site, browser):
    case = site.waiting()
    with site.store.begin() as work:
        told = replace(
            case,
            summary={"service": "pothole", "postcode": "SY1 2AS", "How deep": "10 cm", "x": None},
            contact={"phone": "07700 900123"},
            reasons=("barrier_no_internet", "a_new_reason"),
        )
        work.handoffs.save(told, was=case)
        work.commit()
    page = browser.get(f"/desk/cases/{case.id}").text
    for words in (
        "Report a pothole",
        "Postcode",
        "SY1 2AS",
        "How deep",
        "Has no internet",
        "A new reason",
        'href="tel:07700900123"',
        "LGSL 557",
        "What it offers",
        "Online: done in the chat by open311, as POTHOLE.",
    ):
        assert words in page


def test_s9_a_safeguarding_case_is_closed_to_other_teams(site):
    case = site.waiting("i want to kill myself")
    with site.client(site.hire("hal", teams=["highways"])) as hal:
        assert "Nobody is waiting" in hal.get("/desk").text
        refused = hal.get(f"/desk/cases/{case.id}")
        assert refused.status_code == 403
        assert "Ask your team lead" in refused.text
        assert "kill" not in refused.text
        token = csrf(hal.get("/desk").text)
        assert hal.post(f"/desk/cases/{case.id}/claim", data={"csrf": token}).status_code == 403
        assert hal.get(f"/desk/events?case={case.id}").status_code == 403
    with site.client(site.hire("lena", roles=[Role.TEAM_LEAD], teams=[])) as lena:
        assert lena.get(f"/desk/cases/{case.id}").status_code == 200


def test_an_unknown_case(browser):
    answer = browser.get("/desk/cases/nope")
    assert answer.status_code == 404
    assert "There is no such case." in answer.text
    assert "Go to the desk" in answer.text


def test_who_is_not_at_the_desk_is_told_what_to_do(site):
    with site.client(site.hire("olu", roles=[Role.AUDITOR])) as olu:
        refused = olu.get("/desk")
    assert refused.status_code == 403
    assert "Ask an administrator" in refused.text
    assert "Olu Example" in refused.text


def test_the_queue_can_be_narrowed_to_a_team(site, browser):
    site.waiting()
    site.waiting("i want to kill myself")
    page = browser.get("/desk?team=safeguarding").text
    assert page.count('class="case-row') == 1
    assert "2 people are waiting" in page
    assert "Nobody who waits fits this" in browser.get("/desk?team=%3Cb%3E").text


def test_s7_pages_of_the_desk_are_not_kept_and_frame_nowhere(site, browser):
    case = site.waiting()
    for address in ("/desk", f"/desk/cases/{case.id}"):
        headers = browser.get(address).headers
        assert headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


class Listener:
    """Reads an event stream in a thread."""

    def __init__(self, client: httpx.Client, address: str, **headers: str) -> None:
        self.client, self.address, self.headers = client, address, headers
        self.events: list[str] = []
        self.arrived = threading.Event()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        headers = {"Accept": "text/event-stream", **self.headers}
        with (
            contextlib.suppress(httpx.HTTPError),  # the server stops with the stream open
            self.client.stream("GET", self.address, headers=headers) as answer,
        ):
            for line in answer.iter_lines():
                if line.startswith("event: "):
                    self.events.append(line.removeprefix("event: "))
                    self.arrived.set()

    def waits(self, seconds: float = 3.0) -> bool:
        came = self.arrived.wait(seconds)
        self.arrived.clear()
        return came


def state_of(page: str) -> str:
    return page.split("seen=", 1)[1].split('"', 1)[0]


def test_the_queue_hears_of_a_new_case_at_once(site, asha, browser):
    seen = state_of(browser.get("/desk").text)
    listener = Listener(site.client(asha), f"/desk/events?seen={seen}")
    assert not listener.waits(0.5)
    site.waiting()
    assert listener.waits(20)
    assert listener.events == ["changed"]


def test_a_case_hears_the_citizen_but_not_other_conversations(site, asha, browser):
    case, other = site.waiting(), site.waiting()
    seen = state_of(browser.get(f"/desk/cases/{case.id}").text)
    listener = Listener(site.client(asha), f"/desk/events?case={case.id}&seen={seen}")
    says(site, other, "hello")
    assert not listener.waits(0.5)
    says(site, case, "hello")
    assert listener.waits(20)


def test_a_stream_that_comes_back_is_told_what_it_missed(site, asha, browser):
    seen = state_of(browser.get("/desk").text)
    site.waiting()
    headers = {"Last-Event-ID": seen}
    assert Listener(site.client(asha), "/desk/events?seen=old", **headers).waits(2)


def test_a_stream_ends_with_the_session(site, browser, clock):
    asha = site.hire("ama")
    client = site.client(asha)
    seen = state_of(client.get("/desk").text)
    listener = Listener(client, f"/desk/events?seen={seen}")
    assert not listener.waits(0.3)
    clock.ahead = 61 * 60
    site.parts.live.changed(["desk"])
    assert listener.waits(20)
    assert listener.events == ["over"]


def test_s5_streams_are_for_our_own_pages_and_staff(site, browser):
    foreign = {"Sec-Fetch-Site": "cross-site", "Accept": "text/event-stream"}
    assert browser.get("/desk/events", headers=foreign).status_code == 403
    with site.client() as nobody:
        answer = nobody.get("/desk/events", headers={"Accept": "text/event-stream"})
        assert answer.status_code == 401


def test_two_agents_press_take_at_the_same_moment(site):
    case = site.waiting()
    clients = [site.client(site.hire(name)) for name in ("ann", "ben", "cat", "dan")]
    tokens = [csrf(client.get("/desk").text) for client in clients]
    answers: list[httpx.Response] = []
    barrier = threading.Barrier(len(clients))

    def take(client, token):
        barrier.wait()
        answers.append(client.post(f"/desk/cases/{case.id}/claim", data={"csrf": token}))

    threads = [
        threading.Thread(target=take, args=pair) for pair in zip(clients, tokens, strict=True)
    ]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(a.status_code for a in answers) == [303, 409, 409, 409]
    with site.store.begin() as work:
        holder = work.handoffs.get(case.id).claimed_by.capitalize()
    for late in (a for a in answers if a.status_code == 409):
        assert f"{holder} Example has this case already" in late.text


def test_todays_work_is_listed_with_who_did_it(site, browser, asha):
    bryn = site.hire("bryn")
    case = site.waiting()
    claim_case(site.desk, bryn, case.id)
    assert "with <bdi>Bryn Example</bdi>" in browser.get("/desk").text
    close_case(site.desk, bryn, case.id, "referred")
    page = browser.get("/desk").text
    assert "Referred to someone else" in page
    assert "Finished today" in page


def test_s9_what_was_said_in_a_safeguarding_case_is_not_in_the_queue_of_other_teams(site):
    """A text of ours that does not arrive opens a case for everybody in the same conversation."""
    lena = site.hire("lena", [Role.TEAM_LEAD])
    hal, lead = site.client(site.hire("hal", teams=["highways"])), site.client(lena)
    number = "447700900123"
    secret = site.waiting("i want to kill myself", medium=Medium.SMS, address=number)
    claim_case(site.desk, lena, secret.id)
    close_case(site.desk, lena, secret.id, "referred")
    call_instead(site.parts, secret.conversation_id)
    theirs = hal.get("/desk").text
    assert "1 person is waiting" in theirs and "kill myself" not in theirs
    assert "kill myself" in lead.get("/desk").text
    says(site, secret, "my bin was missed")
    assert "my bin was missed" in hal.get("/desk").text
