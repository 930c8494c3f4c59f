"""Our connector over real HTTP: a real Rasa, a real model, a scripted action server."""

import json
import socket
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.dialogue.conftest import ACTION_SECRET, memory_mb, question

ROUTE = {"type": "route", "channel": "digital", "way": "do_it_here", "reasons": ["need_x"]}


def new() -> str:
    return uuid.uuid4().hex


def test_one_answer_holds_messages_understanding_events_and_slots(rasa, actions):
    button = {"title": "A person", "payload": "/human"}
    actions.play(
        events=[{"event": "slot", "name": "service", "value": "pothole"}],
        responses=[
            {"text": "Where is it?", "buttons": [button], "lang": "en"},
            {"custom": ROUTE},
            {"custom": {"type": "circumstances", "barriers": []}},
        ],
    )
    answer = rasa.ask("there is a pothole on my road, SY1 2AS", new())
    assert answer["messages"] == [{"text": "Where is it?", "lang": "en", "buttons": [button]}]
    assert answer["events"] == [ROUTE, {"type": "circumstances", "barriers": []}]
    made = answer["understanding"]
    assert (made["intent"], made["kind"]) == ("service_pothole", "service")
    assert (made["service"], made["lgsl"], made["language"]) == ("pothole", 557, "en")
    assert made["confidence"] > 0.5 and not made["fallback"]
    assert len(made["candidates"]) == 3
    assert made["candidates"][0]["lgsl"] == 557
    assert made["entities"] == [{"entity": "postcode", "value": "SY1 2AS", "start": 31, "end": 38}]
    assert answer["slots"] == {
        "language": None, "medium": None, "service": "pothole", "task": None,
        "circumstances": None, "last_route": None, "known": None,
    }  # fmt: skip


def test_replies_by_key_come_from_the_catalogues_in_the_citizens_language(rasa, actions):
    actions.play(events=[], responses=[{"response": "utter_greeting", "council": "Testshire"}])
    answer = rasa.ask("mae twll yn y ffordd", new())
    said = answer["messages"][0]
    assert said["lang"] == "cy" and "Testshire" in said["text"] and "{" not in said["text"]


def test_a_form_slot_comes_back_on_the_next_turn(rasa, actions):
    sender, task = new(), {"task": "report", "given": {"size": {"value": "large"}}}
    slot = {"event": "slot", "name": "task", "value": task}
    actions.play(events=[slot], responses=[{"text": "How big?"}])
    rasa.ask("pothole", sender)
    assert rasa.ask("12 Mill Lane", sender)["slots"]["task"] == task
    assert actions.calls[-1]["tracker"]["slots"]["task"] == task


def test_actions_see_metadata_language_and_no_domain(rasa, actions):
    circumstances = {"barriers": ["no_data"]}
    rasa.ask("mae twll yn y ffordd", new(), medium="sms", circumstances=circumstances)
    call = actions.calls[-1]
    said = call["tracker"]["latest_message"]
    assert call["next_action"] == "action_serve_citizen"
    assert said["metadata"]["medium"] == "sms"
    assert said["metadata"]["circumstances"] == circumstances
    assert said["language"] == "cy"
    assert [c["name"] for c in said["intent_ranking"]][0] == "service_pothole"
    assert not call.get("domain")


def test_S1_the_action_server_is_shown_the_secret(rasa, actions):
    rasa.ask("hello", new())
    assert actions.headers[-1]["Authorization"] == f"Bearer {ACTION_SECRET}"


def test_one_action_is_called_a_turn_and_calls_stay_small(rasa, actions):
    sender, sizes = new(), []
    for _ in range(12):
        rasa.ask("there is a pothole on my road", sender)
        sizes.append(len(json.dumps(actions.calls[-1])))
    assert len(actions.calls) == 12
    assert sizes[-1] < sizes[2] * 1.2


@pytest.mark.parametrize("payload", ["/human", "/service_library", "/affirm", "/something_else"])
def test_a_payload_is_its_intent_with_full_confidence(rasa, actions, payload):
    made = rasa.ask(payload, new(), language="cy")["understanding"]
    assert (made["intent"], made["confidence"]) == (payload[1:], 1.0)
    assert made["language"] == "cy"


def test_two_conversations_share_nothing(rasa, actions):
    slot = {"event": "slot", "name": "known", "value": {"phone": "1"}}
    actions.play(events=[slot], responses=[{"text": "ok"}])
    assert rasa.ask("hello", new())["slots"]["known"] == {"phone": "1"}
    assert rasa.ask("hello", new())["slots"]["known"] is None


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"boom"),
        (404, b"{}"),
        (403, b'{"error": "no"}'),
        (200, b"not json"),
        (200, b'{"events": "nonsense", "responses": 7}'),
        (200, b'{"events": [], "responses": []}'),
    ],
)
def test_F3_a_failed_action_is_said_so_and_the_next_turn_works(rasa, actions, status, body):
    sender = new()
    actions.play(status, body)
    assert rasa.post(question("hello", sender)) == (502, {"error": "action_failed"})
    assert rasa.ask("hello", sender)["messages"]


def test_f1_a_message_asked_again_is_answered_again_and_handled_once(rasa, actions):
    sender, task = new(), {"task": "report", "given": {"size": {"value": "large"}}}
    slot = {"event": "slot", "name": "task", "value": task}
    said = [{"text": "How big?", "buttons": [{"title": "Stop", "payload": "/stop"}], "lang": "cy"}]
    actions.play(events=[slot], responses=[*said, {"custom": ROUTE}])
    asked = question("12 Mill Lane", sender)
    first, calls = rasa.post(asked), len(actions.calls)
    assert rasa.post(asked) == first and len(actions.calls) == calls
    actions.play(events=[], responses=[{"text": "Where?"}])
    rasa.ask("large", sender)
    status, late = rasa.post(asked)  # after another one: its own answer all the same
    assert status == 200 and late["messages"] == first[1]["messages"]
    assert rasa.post({**asked, "sender": new()})[1] != first[1]


def test_f1_a_message_whose_action_failed_is_handled_when_it_is_asked_again(rasa, actions):
    asked = question("hello", new())
    actions.answers.append((500, b"broken"))
    assert rasa.post(asked) == (502, {"error": "action_failed"})
    actions.play(events=[], responses=[{"text": "Hello."}])
    assert rasa.post(asked)[1]["messages"][0]["text"] == "Hello."


def test_f1_two_at_once_of_one_message_are_handled_once(rasa, actions):
    asked = question("there is a pothole", new())
    actions.play(events=[], responses=[{"text": "Where is it?"}])
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: rasa.post(asked), range(4)))
    assert all(one == answers[0] for one in answers) and len(actions.calls) == 1


@pytest.mark.parametrize("secret", [None, "", "wrong" * 8, "é" * 3])
def test_S1_without_the_secret_nothing_is_answered(rasa, actions, secret):
    shown = secret.encode("utf-8").decode("latin-1") if secret else secret
    status, answer = rasa.post(question("hello"), shown)
    assert status == 401 and "secret" in answer["error"]
    assert not actions.calls


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"", 400),
        ([], 400),
        ({**question("hi"), "sender": 5}, 400),
        ({**question("hi"), "message": None}, 400),
        (question("x" * 2001), 413),
        (b"[" + b"1," * 40_000 + b"1]", 413),
    ],
)
def test_a_bad_question_gets_a_plain_sentence(rasa, actions, body, status):
    got, answer = rasa.post(body)
    assert got == status and answer["error"].endswith(".")
    assert not actions.calls


ODD = ["😀", "\u202etxt", "<script>alert(1)</script>", "'; --", "/", "/x{"]


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_are_answered(rasa, actions, text):
    assert rasa.ask(text, new())["messages"]


def test_health_and_readiness(rasa):
    assert rasa.get("/webhooks/fairway/") == (200, {"status": "ok"})
    assert rasa.get("/webhooks/fairway/ready") == (200, {"status": "ok"})


@pytest.mark.parametrize(
    "path", ["/model/parse", "/conversations/c1/tracker", "/domain", "/webhooks/rest/webhook"]
)
def test_S1_rasas_own_api_is_not_there(rasa, path):
    assert rasa.get(path)[0] == 404


def test_S1_only_the_loopback_address_listens(rasa):
    with socket.socket() as outside, pytest.raises(OSError):
        outside.settimeout(2)
        outside.connect((socket.gethostbyname(socket.gethostname()), rasa.port))
        if outside.getsockname()[0].startswith("127."):
            raise OSError("this machine has no other address")


def test_S10_the_log_holds_no_citizens_words(rasa, actions):
    canary = f"zanzibarcanary{new()[:8]}"
    for text in (f"{canary} pothole", f"/{canary}", f'/affirm{{"{canary}', f"/affirm {canary}"):
        rasa.post(question(text, new()))
    actions.play(500, canary.encode())
    rasa.post(question(canary, new()))
    actions.play(200, json.dumps({"events": canary, "responses": canary}).encode())
    rasa.post(question(canary, new()))
    rasa.post(f'{{"message": "{canary}'.encode())
    assert canary not in rasa.log.read_text()


def test_it_runs_in_little_memory(rasa):
    assert memory_mb(rasa.pid) < 600
