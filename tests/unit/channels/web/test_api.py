"""The JSON API over real HTTP."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.stores import schema


class Caller:
    """A program that talks for a citizen."""

    def __init__(self, site, language=None):
        body = {"language": language} if language else None
        answer = site.post("/api/conversations", json=body)
        assert answer.status_code == 201, answer.text
        self.site, self.started = site, answer.json()
        self.url = f"/api/conversations/{self.started['id']}"
        self.headers = {"Authorization": f"Bearer {self.started['token']}"}

    def post(self, body):
        return self.site.post(f"{self.url}/messages", json=body, headers=self.headers)

    def says(self, text, **rest):
        answer = self.post({"text": text, **rest})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def reads(self, after=None):
        params = {"after": after} if after else None
        answer = self.site.get(f"{self.url}/messages", params=params, headers=self.headers)
        return answer.json()["messages"]


@pytest.fixture
def caller(site):
    return Caller(site)


def test_a_conversation_opens_with_a_greeting_and_a_long_token(caller):
    (greeting,) = caller.started["messages"]
    assert greeting["from"] == "assistant"
    assert "not a person" in greeting["text"]
    assert len(caller.started["token"]) >= 43


def test_an_answer_has_its_text_its_choices_and_its_route(caller):
    answer = caller.says("hello there")
    (reply,) = answer["messages"]
    assert reply["text"] == "You said: hello there"
    assert {"title", "payload"} == set(reply["buttons"][0])
    assert set(reply) >= {"id", "from", "text", "lang", "buttons", "at"}
    route = answer["route"]
    assert (route["channel"], route["way"]) == ("digital", "answer")
    assert {w["channel"] for w in route["alternatives"]} == {"assisted", "face_to_face"}
    assert set(route) == {"channel", "way", "reasons", "alternatives", "policy_version"}


def test_a_person_is_granted_at_once(caller):
    route = caller.says("can I talk to a person please")["route"]
    assert (route["channel"], route["way"]) == ("assisted", "talk_to_person")
    assert caller.says("it is about my bin")["messages"] == []


@pytest.mark.parametrize(
    ("language", "way"),
    [("cy", "ltr"), ("ar", "rtl"), ("ur", "rtl"), ("ur-Latn", "ltr"), ("pa", "ltr")],
)
def test_a_language_is_spoken_when_chosen(site, language, way):
    caller = Caller(site, language)
    greeting = caller.started["messages"][0]
    assert (greeting["lang"], greeting["dir"]) == (language, way)


def test_a_language_that_is_not_offered_is_refused(site):
    answer = site.post("/api/conversations", json={"language": "tlh"})
    assert (answer.status_code, answer.json()["error"]) == (422, "language_unknown")


def test_the_same_client_id_is_answered_the_same_and_kept_once(caller, assistant):
    first = caller.says("my bin", client_id="a1")
    with ThreadPoolExecutor(8) as pool:
        again = list(pool.map(lambda _: caller.says("my bin", client_id="a1"), range(8)))
    assert all(answer == first for answer in again)
    assert len(caller.reads()) == 3
    assert assistant.heard == ["my bin"]


def test_other_words_under_a_known_client_id_are_another_message(caller, assistant):
    first = caller.says("my bin", client_id="a1")
    for _ in range(2):
        assert caller.says("no wait, number 12", client_id="a1") != first
    assert caller.says("my bin", client_id="a1") == first
    assert assistant.heard == ["my bin", "no wait, number 12"]


def test_messages_can_be_read_from_any_point(caller):
    caller.says("one")
    (_, one, reply) = caller.reads()
    assert [m["from"] for m in (one, reply)] == ["citizen", "assistant"]
    assert [m["id"] for m in caller.reads(after=one["id"])] == [reply["id"]]


def test_s3_nothing_opens_without_the_right_token(site, caller):
    other = Caller(site)
    urls = [("GET", "/messages"), ("POST", "/messages"), ("GET", "/events")]
    for headers in ({}, other.headers, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}):
        for method, path in urls:
            body = {"text": "hello"} if method == "POST" else None
            answer = site.request(method, caller.url + path, json=body, headers=headers)
            assert answer.status_code == 401, (method, path, headers)
            assert answer.json()["error"] == "token_wrong"
    for method, path in urls:
        body = {"text": "hello"} if method == "POST" else None
        answer = site.request(method, "/api/conversations/nope" + path, json=body)
        assert answer.status_code == 404
    assert len(caller.reads()) == 1


def test_only_the_hash_of_the_token_is_kept(caller, parts):
    with parts.engine.begin() as db:
        (row,) = db.execute(schema.conversations.select()).mappings()
    assert caller.started["token"] not in repr(dict(row))
    assert len(row["token_hash"]) == 64


def test_what_cannot_be_read_is_refused_in_plain_words(site, caller):
    for body, headers in [
        (b"{", {"Content-Type": "application/json"}),
        (b"[1]", {"Content-Type": "application/json"}),
        (b'{"text": 5}', {"Content-Type": "application/json"}),
        (b'{"words": "x"}', {"Content-Type": "application/json"}),
        (b"\xff\xfe", {"Content-Type": "application/json"}),
        (b"text=hello", {"Content-Type": "application/x-www-form-urlencoded"}),
        (b"", {}),
    ]:
        answer = site.post(f"{caller.url}/messages", content=body, headers=headers | caller.headers)
        assert answer.status_code == 422
        assert answer.json() == {
            "error": "unreadable",
            "message": "We could not read what was sent.",
            "what_next": "Please check it and send it again.",
        }


def test_nothing_to_read_is_said_so(caller):
    for text in ["", "   ", "\u200b\u200b", "\x00\x07", "\u202e"]:
        answer = caller.post({"text": text})
        assert (answer.status_code, answer.json()["error"]) == (422, "message_empty")
        assert answer.json()["what_next"]


def test_odd_but_readable_messages_get_a_reply(caller):
    for text in ["x" * 10_000, "😀" * 10_000, "👍👍", "<script>alert(1)</script>"]:
        (reply, *_) = caller.says(text)["messages"]
        assert reply["text"]


def test_too_much_at_once_is_refused(site, caller):
    answer = caller.post({"text": "x" * 300_000})
    assert (answer.status_code, answer.json()["error"]) == (413, "body_too_large")


def test_an_old_conversation_is_over_but_can_still_be_read(caller, clock):
    caller.says("hello")
    clock.ahead = timedelta(hours=25).total_seconds()
    answer = caller.post({"text": "are you there"})
    assert (answer.status_code, answer.json()["error"]) == (410, "conversation_expired")
    assert len(caller.reads()) == 3


def test_a_conversation_whose_case_is_open_is_not_over(caller, clock):
    caller.says("can i talk to a person")
    clock.ahead = timedelta(hours=72).total_seconds()
    assert caller.post({"text": "please ring after ten"}).status_code == 200


def test_s8_one_flooder_is_slowed_and_others_on_the_address_are_not(site, caller):
    answers = [caller.post({"text": "flood 0"})]
    while answers[-1].status_code == 200 and len(answers) < 200:  # a slow machine sends slowly
        answers.append(caller.post({"text": f"flood {len(answers)}"}))
    assert len(answers) > 30
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert answers[-1].json()["error"] == "too_many_requests"
    assert Caller(site).says("hello")["messages"]


def test_s8_a_hundred_citizens_on_one_address_pass(site):
    def one(n):
        return Caller(site).says(f"hello {n}")["messages"]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(one, range(100)))


def test_with_the_assistant_down_a_person_is_promised(caller, assistant):
    assistant.down = True
    answer = caller.says("my bin was missed")
    assert "0345 000 0000" in answer["messages"][0]["text"]
    assert answer["route"]["channel"] == "assisted"
    assert "116 123" in caller.says("i want to kill myself")["messages"][0]["text"]


def test_a_broken_turn_keeps_the_message_and_says_it_is_late(caller, assistant):
    assistant.broken = True
    answer = caller.post({"text": "hello", "client_id": "c"})
    assert (answer.status_code, answer.json()["error"]) == (503, "answer_delayed")
    assistant.broken = False
    assert caller.says("hello", client_id="c")["messages"]


def read_events(site, caller, count, headers=None):
    """The first ``count`` events of the stream: (id, message)."""
    found, last = [], None
    with site.stream("GET", f"{caller.url}/events", headers=caller.headers | (headers or {})) as s:
        assert s.headers["content-type"].startswith("text/event-stream")
        for line in s.iter_lines():
            if line.startswith("id: "):
                last = line[4:]
            if line.startswith("data: "):
                found.append((last, json.loads(line[6:])))
                if len(found) == count:
                    return found
    return found


def test_events_come_as_they_happen_and_resume(site, caller):
    later = threading.Timer(0.3, caller.says, ["hello"])
    later.start()
    events = read_events(site, caller, 3)
    later.join()
    assert [m["from"] for _, m in events] == ["assistant", "citizen", "assistant"]
    assert [i for i, _ in events] == [m["id"] for _, m in events]
    (rest,) = read_events(site, caller, 1, {"Last-Event-ID": events[1][0]})
    assert rest == events[2]


def test_s5_a_foreign_page_cannot_open_a_stream(site, caller):
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = site.get(f"{caller.url}/events", headers=caller.headers | headers)
        assert (answer.status_code, answer.json()["error"]) == (403, "foreign_origin")


def test_the_api_is_described_without_third_parties(site):
    paths = site.get("/api/openapi.json").json()["paths"]
    assert set(paths) >= {"/api/conversations", "/api/conversations/{conversation_id}/messages"}
    page = site.get("/api/docs")
    assert page.status_code == 200 and "/api/openapi.json" in page.text
    assert "https://" not in page.text


def test_health_is_reported(site, parts):
    assert site.get("/healthz").json() == {"status": "ok"}
    ready = site.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"status": "ready", "database": "ok", "assistant": "down"}
    Caller(site).says("person please")
    text = site.get("/metrics").text
    assert 'fairway_turns{ending="handed_citizen_asked"} 1' in text
    assert "fairway_handoffs_waiting 1" in text
