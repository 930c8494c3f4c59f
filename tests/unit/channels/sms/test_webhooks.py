"""Texts come in by real HTTP, once each, from whom they say, and are answered."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from twilio.request_validator import RequestValidator

from benchmarks.processes import wait_until
from bot.message import Button
from bot.stores import schema
from channels.assistant_memory import answer_with


def waiting_texts(parts):
    with parts.turn.store.begin() as work:
        return work.outbox.waiting("sms")


def rows(parts, table):
    with parts.engine.begin() as db:
        return db.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def test_a_text_is_answered_by_text(phone):
    (reply,) = phone.sends("when is my bin day")
    assert reply == (
        "You said: when is my bin day\n\nReply with a number:\n"
        "1 Talk to a person\n2 Come in and see us"
    )


def test_a_number_chooses_what_was_offered(phone, assistant):
    assistant.script["pothole"] = answer_with(
        "Where is it?", "en", Button("High Street", "/h"), Button("Low Street", "/l")
    )
    phone.sends("a pothole")
    phone.sends("2")
    assert assistant.heard == ["a pothole", "/l"]
    assert [m.text for m in phone.messages][2] == "Low Street"


def test_f2_twenty_replays_at_once_are_one_turn(phone, parts, assistant):
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: phone.hands_over("my bin", "same-id"), range(20)))
    assert {a.status_code for a in answers} == {200}
    phone.receives(1)
    time.sleep(0.3)
    assert phone.received() == []
    assert assistant.heard == ["my bin"]
    assert rows(parts, schema.conversations) == 1
    assert rows(parts, schema.messages) == 2
    assert rows(parts, schema.turn_records) == 1


def test_s4_a_webhook_without_its_token_is_refused_and_nothing_kept(site, parts):
    for path in ["inbound", "delivery"]:
        for bearer in [None, "", "Bearer", "Bearer wrong", "Basic x", "Bearer é"]:
            body = {
                "id": "1",
                "source_number": "447700900123",
                "message": "hi",
                "status": "delivered",
            }
            headers = {} if bearer is None else {"Authorization": bearer.encode()}
            answer = site.post(f"/sms/notify/{path}", json=body, headers=headers)
            assert (answer.status_code, answer.json()["error"]) == (403, "not_allowed")
            assert rows(parts, schema.messages) == rows(parts, schema.conversations) == 0


def test_a_malformed_webhook_is_refused_in_plain_words(site, phone, parts):
    for body in [
        b"{",
        b"[]",
        b"{}",
        b'{"id":"1"}',
        b'{"id":1,"source_number":"447700900123","message":"x"}',
        b'{"id":"1","source_number":"447700900123"}',
        b"\xff",
    ]:
        headers = phone.bearer | {"Content-Type": "application/json"}
        answer = site.post("/sms/notify/inbound", content=body, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["message"] == "We could not read what was sent."
        assert rows(parts, schema.messages) == 0


def test_a_number_that_cannot_be_texted_is_refused(phone, parts):
    for number in ["", "abc", "12", "EE", "4477009001234567890"]:
        answer = phone.hands_over("hi", source_number=number)
        assert (answer.status_code, answer.json()["error"]) == (422, "number_unknown")
        assert rows(parts, schema.conversations) == 0


def test_stop_start_and_help_are_obeyed_before_anything_else(phone, assistant, parts):
    assistant.down = True
    (helped,) = phone.sends("Help")
    assert "Sandbox Council" in helped and "0345 000 0000" in helped
    (stopped,) = phone.sends("STOP")
    assert "no more texts" in stopped
    assistant.down = False
    phone.hands_over("my bin was missed")
    wait_until(lambda: assistant.heard == ["my bin was missed"], 60)
    wait_until(lambda: waiting_texts(parts) == 0, 60)
    assert phone.received() == []
    (started,) = phone.sends(" start ")
    assert "again" in started
    assert phone.sends("my bin")
    assert assistant.heard == ["my bin was missed", "my bin"]


@pytest.mark.parametrize("words", ["cancel", "end", "YES", "stop the bin lorry", "please stop"])
def test_ordinary_answers_are_no_keywords(phone, parts, words):
    phone.sends(words)
    with parts.turn.store.begin() as work:
        assert not work.sms_numbers.opted_out(phone.number)
    assert rows(parts, schema.turn_records) == 1


def test_safety_runs_for_texts_as_for_the_web(phone, assistant):
    assistant.down = True
    texts = phone.sends("i want to kill myself", count=2)
    assert "116 123" in texts[0]
    assert assistant.heard == []


def test_a_text_with_nothing_in_it_is_answered(phone):
    (reply,) = phone.sends("\u200b \u200b")
    assert reply


def test_a_new_conversation_starts_after_a_day_of_silence(phone, clock):
    phone.sends("my bin")
    first = phone.conversation
    phone.sends("and another thing")
    assert phone.conversation.id == first.id
    clock.ahead = timedelta(hours=25).total_seconds()
    phone.sends("hello again")
    assert phone.conversation.id != first.id


def test_after_days_a_text_still_reaches_the_person_who_has_the_case(phone, clock):
    phone.sends("PERSON")
    first = phone.conversation
    clock.ahead = timedelta(days=3).total_seconds()
    assert phone.hands_over("please ring after ten").status_code == 200
    assert phone.conversation.id == first.id
    assert "please ring after ten" in [message.text for message in phone.messages]


def test_receipts_are_noted(site, phone, parts):
    phone.sends("hello")
    with parts.engine.begin() as db:
        db.execute(schema.sms_log.update().values(provider="notify", provider_id="n1"))
    body = {"id": "n1", "status": "permanent-failure", "to": "447700900123"}
    answer = site.post("/sms/notify/delivery", json=body, headers=phone.bearer)
    assert (answer.status_code, answer.json()) == (200, {"status": "noted"})
    with parts.engine.begin() as db:
        assert db.execute(sa.select(schema.sms_log.c.status)).scalar_one() == "refused"
    with parts.turn.store.begin() as work:  # whom no text reaches is called
        assert work.handoffs.open_of(phone.conversation.id).way == "call_back"
    for body in ({"id": "n2", "status": "delivered"}, {"id": "n1", "status": "lost in space"}):
        assert site.post("/sms/notify/delivery", json=body, headers=phone.bearer).status_code == 200


def test_s8_a_flood_from_one_number_is_told_to_come_back(phone):
    codes = [200]
    while codes[-1] == 200 and len(codes) < 400:  # some come back while a slow machine sends
        codes.append(phone.hands_over("flood").status_code)
    assert codes[-1] == 429 and len(codes) > 60
    phone.number = "447700900456"
    assert phone.hands_over("hello").status_code == 200


def test_the_log_of_texts_needs_the_internal_secret(site):
    for headers in ({}, {"Authorization": "Bearer x"}):
        answer = site.get("/sms/log/outbox", params={"number": "447700900123"}, headers=headers)
        assert answer.status_code == 403


FORM = {"From": "+447700900123", "To": "+447700900000", "Body": "my bin", "MessageSid": "SM1"}


def twilio_signature(parts, form, token="twilio-token"):
    url = f"{parts.settings.public_url}/sms/twilio/inbound"
    return RequestValidator(token).compute_signature(url, form)


def test_twilio_texts_are_taken_when_signed(site, phone, parts):
    headers = {"X-Twilio-Signature": twilio_signature(parts, FORM)}
    for _ in range(2):
        answer = site.post("/sms/twilio/inbound", data=FORM, headers=headers)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/xml")
        assert answer.text.endswith("<Response/>")
    assert phone.receives(1)
    assert len(phone.messages) == 2


def test_s4_twilio_texts_that_are_not_signed_are_refused(site, parts):
    for signature in [None, "", "wrong", "other-token", "other-form"]:
        made = {
            "other-token": twilio_signature(parts, FORM, "another"),
            "other-form": twilio_signature(parts, FORM | {"Body": "x"}),
        }.get(signature, signature)
        headers = {} if made is None else {"X-Twilio-Signature": made}
        answer = site.post("/sms/twilio/inbound", data=FORM, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (403, "not_allowed")
        assert rows(parts, schema.messages) == 0


def test_a_signed_twilio_call_without_a_text_is_refused(site, parts):
    form = {"To": "+447700900000"}
    headers = {"X-Twilio-Signature": twilio_signature(parts, form)}
    answer = site.post("/sms/twilio/inbound", data=form, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (422, "webhook_unreadable")


def test_a_slow_assistant_never_holds_up_the_acknowledgement(phone, assistant):
    with assistant.lock:  # it answers nothing
        assert phone.hands_over("my bin").status_code == 200
        assert phone.hands_over("STOP").status_code == 200
        assert assistant.heard == []
