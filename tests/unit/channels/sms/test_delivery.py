"""Texts go out once, later when they must, and never to who said STOP."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from benchmarks.processes import wait_until
from bot.errors import DeliveryRefused, DeliveryUnavailable
from bot.message import Medium
from bot.stores import schema
from bot.stores.memory import MemoryStore
from bot.take_in import start_conversation, take_in
from channels.assistant_memory import MemoryAssistant, answer_with
from channels.settings import BadSetting, load_settings
from channels.sms.numbers import clean_number
from channels.sms.postman import Postman
from channels.sms.providers import make_provider
from channels.sms.providers.base import NumberStopped, SmsProvider
from channels.sms.providers.log import LogProvider
from channels.sms.providers.notify import STATUSES, NotifyProvider, survives_notify
from channels.sms.providers.twilio import TwilioProvider
from channels.sms.retry import wait_after
from tests.web_kit import NowClock, make_parts, serve

NUMBER = "447700900123"


class MoodyProvider(SmsProvider):
    """Takes texts, or raises what is next in ``moods``."""

    name = "moody"

    def __init__(self, *moods):
        self.moods, self.sent = list(moods), []

    def _send(self, number, text, reference):
        mood = self.moods.pop(0) if self.moods else None
        if mood:
            raise mood
        self.sent.append((number, text))
        return f"m{len(self.sent)}"


@pytest.fixture(params=["memory", "sqlite"])
def parts(request, tmp_path):
    store = MemoryStore() if request.param == "memory" else None
    made = make_parts(tmp_path, MemoryAssistant(), NowClock(), store)
    yield made
    made.engine.dispose()


def text_in(parts, words, provider_id=None, number=NUMBER):
    with parts.turn.store.begin() as work:
        held = work.conversations.latest_at(number)
    conversation = held or start_conversation(parts.turn, Medium.SMS, address=number)[0]
    source = {"provider": "notify", "provider_id": provider_id or words}
    return take_in(parts.turn, conversation.id, words, **source).message


def waiting(parts):
    with parts.turn.store.begin() as work:
        return work.outbox.waiting("sms")


def test_a_text_taken_in_is_answered_and_sent_once(parts):
    text_in(parts, "hello")
    provider = MoodyProvider()
    postman = Postman(parts, provider)
    for _ in range(3):
        postman.run_once()
    postman.stop()
    assert [number for number, _ in provider.sent] == [NUMBER]
    assert waiting(parts) == 0


def test_messages_of_one_citizen_are_answered_in_their_order(parts):
    for n in range(6):
        text_in(parts, f"message {n}")
    postman = Postman(parts, MoodyProvider())
    postman.run_once()
    postman.stop()
    assert parts.turn.assistant.heard == [f"message {n}" for n in range(6)]


def test_what_a_crash_left_behind_is_answered_for_web_and_text(parts):
    conversation, _ = start_conversation(parts.turn, Medium.WEB)
    message = take_in(parts.turn, conversation.id, "my bin").message
    postman = Postman(parts, MoodyProvider())
    postman.run_once()
    assert parts.turn.assistant.heard == []  # its own request may still be answering it
    parts.turn.clock.ahead = 31
    postman.run_once()
    postman.stop()
    with parts.turn.store.begin() as work:
        assert work.messages.answered(message.id)
        assert len(work.messages.replies_to(message.id)) == 1


def test_a_turn_that_fails_is_tried_again_later(parts):
    text_in(parts, "hello")
    now = [0.0]
    postman = Postman(parts, MoodyProvider(), seconds=lambda: now[0])
    parts.turn.assistant.broken = True
    postman.run_once()
    parts.turn.assistant.broken = False
    postman.run_once()
    assert parts.turn.assistant.heard == []
    now[0] = 6.0
    postman.run_once()
    postman.stop()
    assert parts.turn.assistant.heard == ["hello"]


def test_a_provider_that_is_away_is_tried_again_and_nothing_is_lost(parts):
    text_in(parts, "hello")
    provider = MoodyProvider(DeliveryUnavailable(), DeliveryUnavailable())
    postman = Postman(parts, provider)
    for ahead, sent in ((0, 0), (20, 0), (40, 0), (200, 1), (400, 1)):
        parts.turn.clock.ahead = ahead
        postman.run_once()
        assert len(provider.sent) == sent, ahead
    postman.stop()
    assert waiting(parts) == 0


def test_after_an_interruption_only_the_rest_is_sent(parts):
    long = " ".join(f"This is sentence {n} of a long answer to you." for n in range(40))
    parts.turn.assistant.script["long"] = answer_with(long)
    text_in(parts, "long")
    provider = MoodyProvider(None, DeliveryUnavailable())
    postman = Postman(parts, provider)
    postman.run_once()
    parts.turn.clock.ahead = 60
    postman.run_once()
    postman.stop()
    texts = [text for _, text in provider.sent]
    assert len(texts) == len(set(texts)) >= 3
    assert texts[0].startswith("This is sentence 0 ")
    assert "1 Talk to a person" in texts[-1]


@pytest.mark.parametrize("mood", [DeliveryRefused(), NumberStopped()])
def test_what_will_never_be_taken_is_given_up(parts, mood):
    text_in(parts, "hello")
    provider = MoodyProvider(mood)
    postman = Postman(parts, provider)
    postman.run_once()
    parts.turn.clock.ahead = 10_000
    postman.run_once()
    postman.stop()
    assert (provider.sent, waiting(parts)) == ([], 0)
    with parts.turn.store.begin() as work:
        assert work.sms_numbers.opted_out(NUMBER) is isinstance(mood, NumberStopped)


def test_who_said_stop_gets_only_the_confirmation(parts):
    text_in(parts, "hello")
    text_in(parts, "stop")
    text_in(parts, "hello again")
    provider = MoodyProvider()
    postman = Postman(parts, provider)
    postman.run_once()
    postman.stop()
    assert [text for _, text in provider.sent] == [
        "You will get no more texts from us. Text START if you want them again."
    ]


class HangingProvider(SmsProvider):
    """A provider that takes the connection and does not answer until it is let go."""

    name = "hanging"

    def __init__(self):
        self.entered, self.let_go = threading.Event(), threading.Event()

    def _send(self, number, text, reference):
        self.entered.set()
        self.let_go.wait(120)
        return "h1"


def test_f3_a_provider_that_hangs_keeps_no_danger_waiting(parts):
    text_in(parts, "hello")
    postman = Postman(parts, provider := HangingProvider()).start()
    assert provider.entered.wait(60)
    danger = text_in(parts, "i have taken an overdose", number="447700900456")

    def urgent():
        with parts.turn.store.begin() as work:
            case = work.handoffs.open_of(danger.conversation_id)
        return case is not None and case.urgency == "urgent"

    wait_until(urgent, 60)
    provider.let_go.set()
    postman.stop()


def test_whom_no_text_reaches_in_a_day_is_called(parts):
    message = text_in(parts, "hello")
    provider = MoodyProvider(*(DeliveryUnavailable() for _ in range(60)))
    postman = Postman(parts, provider)
    for hour in range(120):
        parts.turn.clock.ahead = hour * 3600
        postman.run_once()
    postman.stop()
    assert (provider.sent, waiting(parts)) == ([], 0)
    with parts.turn.store.begin() as work:
        assert work.handoffs.open_of(message.conversation_id).way == "call_back"


def test_stopping_finishes_what_was_taken_in(parts):
    postman = Postman(parts, provider := MoodyProvider()).start()
    text_in(parts, "hello")
    parts.live.changed(["desk"])
    while not parts.turn.assistant.heard:
        pass
    postman.stop()
    assert len(provider.sent) == 1


def test_s10_neither_number_nor_words_are_logged(parts, caplog):
    caplog.set_level(logging.DEBUG)
    text_in(parts, "canary words")
    postman = Postman(parts, MoodyProvider(DeliveryUnavailable()))
    postman.run_once()
    parts.turn.clock.ahead = 60
    postman.run_once()
    postman.stop()
    assert "moody: sent" in caplog.text
    assert "canary" not in caplog.text and NUMBER not in caplog.text


def test_waits_grow_and_end_after_a_day():
    waits = [wait_after(n) for n in range(1, 29)]
    assert waits[:4] == [timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10),
                         timedelta(hours=1)]  # fmt: skip
    assert waits[-1] is None and waits[-2] == timedelta(hours=1)


@pytest.mark.parametrize(
    "raw", ["447700900123", "+447700900123", "07700 900123", "+44 7700 900123"]
)
def test_a_number_is_written_one_way(raw):
    assert clean_number(raw) == NUMBER


def test_numbers_of_other_countries_are_kept():
    assert clean_number("48601234567") == "48601234567"


class Network:
    """A provider's own server, as far as sending goes: ``answers`` are played one after one."""

    def __init__(self):
        self.calls, self.answers = [], []
        self.app = FastAPI()
        self.app.post("/v2/notifications/sms")(self.notify)
        self.app.post("/2010-04-01/Accounts/{sid}/Messages.json")(self.twilio)

    async def notify(self, request: Request):
        return self.answer(await request.json(), {"id": "n1"})

    async def twilio(self, request: Request):
        return self.answer(dict(await request.form()), {"sid": "SM1"}, 201)

    def answer(self, call, body, status=200):
        self.calls.append(call)
        played = self.answers.pop(0) if self.answers else (status, body)
        return JSONResponse(played[1], played[0])


KEY = "service-11111111-1111-1111-1111-111111111111-22222222-2222-2222-2222-222222222222"


@pytest.fixture
def network():
    made = Network()
    with serve(made.app) as served:
        made.url = served.url
        yield made


def test_notify_gets_the_whole_text_through_its_template(network):
    provider = NotifyProvider(KEY, "template", network.url)
    assert provider.send(NUMBER, "Helo, mae'r tŷ yn iawn", "ref") == "n1"
    (call,) = network.calls
    assert call == {
        "phone_number": "+447700900123",
        "template_id": "template",
        "personalisation": {"message": "Helo, mae'r tŷ yn iawn"},
        "reference": "ref",
    }


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, DeliveryRefused), (403, DeliveryUnavailable), (429, DeliveryUnavailable),
     (500, DeliveryUnavailable), (503, DeliveryUnavailable)],
)  # fmt: skip
def test_notify_errors_become_ours(network, status, error):
    network.answers = [(status, {"errors": [{"error": "X", "message": "no"}]})]
    with pytest.raises(error):
        NotifyProvider(KEY, "template", network.url).send(NUMBER, "hello", "ref")


def test_notify_away_is_tried_later():
    with pytest.raises(DeliveryUnavailable):
        NotifyProvider(KEY, "template", "http://127.0.0.1:9").send(NUMBER, "hello", "ref")


def test_an_alphabet_that_notify_destroys_is_not_sent(network):
    assert survives_notify("Mae'r tŷ yn £5 ŵ, Ω 👍")
    assert not survives_notify("آپ کا شکریہ")
    with pytest.raises(DeliveryRefused):
        NotifyProvider(KEY, "template", network.url).send(NUMBER, "ধন্যবাদ", "ref")
    assert network.calls == []


def test_every_notify_status_has_a_word_of_ours():
    assert set(STATUSES.values()) == {"sending", "sent", "delivered", "refused", "failed"}
    assert set(STATUSES) >= {
        "delivered", "permanent-failure", "temporary-failure", "technical-failure"
    }  # fmt: skip


def test_twilio_gets_the_text(network):
    provider = TwilioProvider("AC1", "token", "+447700900000", network.url)
    assert provider.send(NUMBER, "شکریہ", "ref") == "SM1"
    assert network.calls == [{"To": "+447700900123", "From": "+447700900000", "Body": "شکریہ"}]


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [(400, 21610, NumberStopped), (400, 21211, DeliveryRefused), (401, 20003, DeliveryUnavailable),
     (429, 20429, DeliveryUnavailable), (503, 0, DeliveryUnavailable)],
)  # fmt: skip
def test_twilio_errors_become_ours(network, status, code, error):
    network.answers = [(status, {"code": code, "message": "no", "status": status})]
    with pytest.raises(error):
        TwilioProvider("AC1", "token", "+447700900000", network.url).send(NUMBER, "hello", "ref")


def test_twilio_away_is_tried_later():
    with pytest.raises(DeliveryUnavailable):
        TwilioProvider("AC1", "t", "+447700900000", "http://127.0.0.1:9").send(NUMBER, "x", "r")


def test_a_provider_is_made_from_the_settings_or_says_what_is_missing(tmp_path):
    home = {"FAIRWAY_HOME": str(tmp_path)}
    assert isinstance(make_provider(load_settings(home)), LogProvider)
    for provider, missing in (("notify", "NOTIFY_API_KEY"), ("twilio", "TWILIO_ACCOUNT_SID")):
        with pytest.raises(BadSetting, match=f"FAIRWAY_{missing}"):
            make_provider(load_settings(home | {"FAIRWAY_SMS_PROVIDER": provider}))
    notify = {"FAIRWAY_SMS_PROVIDER": "notify", "FAIRWAY_NOTIFY_API_KEY": KEY,
              "FAIRWAY_NOTIFY_TEMPLATE_ID": "t"}  # fmt: skip
    assert isinstance(make_provider(load_settings(home | notify)), NotifyProvider)


def test_every_text_is_in_the_log_with_its_words_only_where_nothing_else_has_them(parts):
    text_in(parts, "hello")
    postman = Postman(parts, MoodyProvider())
    postman.run_once()
    postman.stop()
    with parts.engine.begin() as db:
        (row,) = db.execute(sa.select(schema.sms_log)).mappings()
    assert (row["text"], row["provider_id"], row["status"]) == ("", "m1", "sent")
