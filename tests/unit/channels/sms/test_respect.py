"""Texts that respect STOP, the night, the alphabet and the bill; and what a provider does to us."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI, HTTPException, Request
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from bot.council import LONDON
from bot.desk_work import DeskParts, answer_citizen, claim_case
from bot.files.council import load_council
from bot.message import Medium, Message, Sender
from bot.safety import shipped_safety_check
from bot.sms_text import sms_parts, sms_texts
from bot.staff import Role, Staff
from bot.stores import schema
from bot.stores.staff_sql import SqlStaffStore
from bot.take_in import start_conversation, take_in
from bot.turn_keep import put_sms
from channels.assistant_memory import MemoryAssistant, answer_with
from channels.limits import MemoryLimiter
from channels.resume import give_code, move_to_web
from channels.settings import ROOT
from channels.sms import make_sms_router, start_postman
from channels.sms.numbers import is_landline
from channels.sms.other_way import call_instead
from channels.sms.postman import Postman
from channels.sms.providers.notify import NotifyProvider, survives_notify
from channels.sms.providers.twilio import TwilioProvider
from channels.sms.quiet import send_no_sooner
from channels.sms.receive import InboundText, receive
from tests.web_kit import NowClock, make_parts, public_app, serve

NUMBER = "447700900123"
KEY = "service-11111111-1111-1111-1111-111111111111-22222222-2222-2222-2222-222222222222"
STOPS = {
    "en": "STOP", "cy": "stopio", "pl": "wypisz mnie", "ro": "stop", "ur": "میسج بند کرو",
    "ur-Latn": "sms band karo", "pa": "stop", "bn": "stop", "ar": "وقفوا الرسائل",
    "so": "jooji fariimaha", "pt": "stop", "uk": "стоп", "zh": "退订",
}  # fmt: skip
OTHERS = {
    "start": {
        "en": "START", "cy": "ailddechrau", "pl": "wznów", "ro": "reluați mesajele",
        "ur": "شروع کریں", "ur-Latn": "sms shuru karo", "pa": "ਸ਼ੁਰੂ ਕਰੋ", "bn": "শুরু করুন",
        "ar": "ابدأ", "so": "bilow", "pt": "começar", "uk": "відновити", "zh": "恢复",
    },
    "help": {
        "en": "HELP", "cy": "cymorth", "pl": "pomoc", "ro": "ajutor", "ur": "مدد",
        "ur-Latn": "madad", "pa": "ਮਦਦ", "bn": "সাহায্য", "ar": "مساعدة", "so": "caawimo",
        "pt": "ajuda", "uk": "допомога", "zh": "帮助",
    },
}  # fmt: skip


class Networks:
    """Notify and Twilio as far as sending goes, refusing what the real ones refuse.

    ``down`` answers 503 as in an outage; ``taken`` is what was accepted, in order.
    """

    def __init__(self):
        self.taken, self.down, self.landlines, self.asked = [], False, set(), 0
        self.app = FastAPI()
        self.app.post("/v2/notifications/sms", status_code=201)(self.notify)
        self.app.post("/2010-04-01/Accounts/{sid}/Messages.json", status_code=201)(self.twilio)

    async def notify(self, request: Request):
        self.asked += 1
        scheme, _, token = request.headers["authorization"].partition(" ")
        if scheme != "Bearer" or token.count(".") != 2:
            raise HTTPException(403)
        if self.down:
            raise HTTPException(503)
        call = await request.json()
        if not re.fullmatch(r"\+\d{7,15}", call["phone_number"]) or call["template_id"] != "t":
            raise HTTPException(400)
        if call["phone_number"].lstrip("+") in self.landlines:
            raise HTTPException(400)
        text = call["personalisation"]["message"]
        if len(text) > 918 or not survives_notify(text):
            raise HTTPException(400)
        self.taken.append(("notify", call["phone_number"], text, call["reference"]))
        return {"id": f"n{len(self.taken)}", "reference": call["reference"]}

    async def twilio(self, request: Request, sid: str):
        if self.down:
            raise HTTPException(503)
        form = await request.form()
        self.taken.append(("twilio", form["To"], form["Body"], ""))
        return {"sid": f"SM{len(self.taken)}"}

    @property
    def texts(self):
        return [text for _, _, text, _ in self.taken]


@pytest.fixture
def networks():
    made = Networks()
    with serve(made.app) as served:
        made.url = served.url
        yield made


@pytest.fixture
def clock():
    """Noon in London, so that no test depends on the hour it runs at."""
    made = NowClock()
    noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
    made.ahead = (noon - made.now()).total_seconds()
    return made


@pytest.fixture
def parts(tmp_path, clock):
    made = make_parts(tmp_path, MemoryAssistant(), clock, FAIRWAY_TWILIO_AUTH_TOKEN="token")
    yield made
    made.engine.dispose()


@pytest.fixture
def postman(parts, networks):
    made = Postman(parts, NotifyProvider(KEY, "t", networks.url))
    yield made
    made.stop()


def text_in(parts, words, number=NUMBER, provider_id=None):
    inbound = InboundText("notify", provider_id or parts.turn.new_id(), number, words)
    return receive(parts, MemoryLimiter(), inbound)


def conversation_of(parts, number=NUMBER):
    with parts.turn.store.begin() as work:
        return work.conversations.latest_at(number)


def open_case(parts, number=NUMBER):
    with parts.turn.store.begin() as work:
        return work.handoffs.open_of(work.conversations.latest_at(number).id)


@pytest.mark.parametrize("language", list(STOPS))
def test_stop_is_understood_in_every_language(language):
    found = shipped_safety_check().sms_keyword(STOPS[language])
    assert found is not None and found.kind == "stop"


@pytest.mark.parametrize(
    ("kind", "language", "words"),
    [(kind, lang, words) for kind, each in OTHERS.items() for lang, words in each.items()],
)
def test_start_and_help_are_understood_in_every_language(kind, language, words):
    found = shipped_safety_check().sms_keyword(words)
    assert found is not None and found.kind == kind


def test_every_offered_language_has_its_keywords():
    offered = set(load_council(ROOT / "bot" / "council.yml").languages)
    assert set(STOPS) == offered
    assert all(set(each) == offered for each in OTHERS.values())


def test_stop_is_confirmed_once(parts, postman, networks):
    for word in ("STOP", "stop", "STOP"):
        text_in(parts, word)
        postman.run_once()
    assert networks.texts == [
        "You will get no more texts from us. Text START if you want them again."
    ]


@pytest.mark.parametrize("address", [None, NUMBER])
@pytest.mark.parametrize("word", ["help", "stop", "start"])
def test_a_keyword_left_unanswered_on_the_web_is_answered_there(
    parts, postman, networks, clock, word, address
):
    """Even where the number is known: the web's "stop" wants no fewer texts."""
    chat, _ = start_conversation(parts.turn, Medium.WEB, address=address)
    asked = take_in(parts.turn, chat.id, word).message
    clock.ahead += 60  # whoever was answering it has died
    postman.run_once()
    with parts.turn.store.begin() as work:
        assert work.messages.standing(asked).answered
        assert work.messages.replies_to(asked.id)
        assert not work.sms_numbers.opted_out(NUMBER)
    assert networks.texts == []


CONFIRMED = "You will get no more texts from us. Text START if you want them again."


def test_a_stop_that_waits_while_its_chat_goes_on_by_the_web_is_obeyed(parts, postman, networks):
    """The process died between taking it in and obeying it."""
    chat, _ = start_conversation(parts.turn, Medium.SMS, address=NUMBER)
    asked = take_in(parts.turn, chat.id, "STOP", None, "notify", "one").message
    move_to_web(parts, give_code(parts, chat.id), "a" * 64)
    postman.run_once()
    with parts.turn.store.begin() as work:
        assert work.sms_numbers.opted_out(NUMBER)
        assert work.messages.answered(asked.id)
    assert networks.texts == [CONFIRMED]


def test_stop_ends_the_texts_of_a_chat_on_the_web_and_leaves_the_chat_there(
    parts, postman, networks
):
    text_in(parts, "my bin was missed")
    postman.run_once()
    before = len(networks.texts)
    chat = move_to_web(parts, give_code(parts, conversation_of(parts).id), "a" * 64)
    for _ in range(2):
        text_in(parts, "STOP")
        postman.run_once()
    held = conversation_of(parts)
    assert (held.id, held.medium, held.token_hash) == (chat.id, Medium.WEB, "a" * 64)
    with parts.turn.store.begin() as work:
        assert work.sms_numbers.opted_out(NUMBER)
    assert networks.texts[before:] == [CONFIRMED]
    text_in(parts, "START")
    assert conversation_of(parts).medium is Medium.SMS


def test_L4_help_in_danger_reaches_who_said_stop(parts, postman, networks):
    text_in(parts, "STOP")
    text_in(parts, "my bin was missed")
    postman.run_once()
    assert len(networks.texts) == 1
    text_in(parts, "i want to kill myself")
    postman.run_once()
    assert "116 123" in networks.texts[1]
    case, staff = open_case(parts), SqlStaffStore(parts.engine)
    everything = frozenset({"*"})
    asha = Staff("1", "asha", "Asha Example", frozenset({Role.AGENT}), everything,
                 parts.turn.clock.now())  # fmt: skip
    with staff.begin() as work:
        work.staff.add(asha)
        work.commit()
    claim_case(DeskParts(parts.turn, staff), asha, case.id)
    answer_citizen(DeskParts(parts.turn, staff), asha, case.id, "I am here. Are you safe?")
    postman.run_once()
    assert networks.texts[-1] == "I am here. Are you safe?"


@pytest.mark.parametrize(
    ("hour", "written_before", "sent_at"),
    [(12, 600, None), (22, 30, None), (22, 61, 8), (3, 600, 8), (7, 600, 8), (8, 600, None)],
)
def test_in_quiet_hours_only_who_waits_is_texted(parts, hour, written_before, sent_at):
    now = datetime(2026, 11, 25, hour, tzinfo=LONDON)
    written = Message("m", "c", Sender.CITIZEN, "hi", "en", now - timedelta(minutes=written_before))
    due = send_no_sooner(parts.council, [written], now)
    assert (due.hour if due else None) == sent_at
    if due:
        assert now < due <= now + timedelta(hours=12)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))
def test_quiet_hours_always_end(naive):
    council = load_council(ROOT / "bot" / "council.yml")
    now = naive.replace(tzinfo=UTC)
    ends = council.quiet_until(now)
    local = now.astimezone(LONDON).time()
    begins, until = council.quiet_hours
    assert (ends is None) == (until <= local < begins)
    if ends is not None:
        assert now < ends <= now + timedelta(hours=12)
        assert council.quiet_until(ends) is None


def test_an_answer_of_ours_waits_for_the_morning(parts, postman, networks, clock):
    text_in(parts, "can i speak to a person")
    postman.run_once()
    before = len(networks.texts)
    clock.ahead += timedelta(hours=11).total_seconds()  # 23:00
    conversation, turn = conversation_of(parts), parts.turn
    late = Message("late", conversation.id, Sender.AGENT, "Good evening", "en", turn.clock.now())
    with turn.store.begin() as work:
        work.messages.add(late)
        put_sms(turn, work, ["late"])
        work.commit()
    postman.run_once()
    assert len(networks.texts) == before
    clock.ahead += timedelta(hours=9, minutes=1).total_seconds()  # 08:01
    postman.run_once()
    assert networks.texts[before:] == ["Good evening"]


def test_an_alphabet_that_would_be_lost_goes_as_a_link_that_opens_the_chat(
    parts, postman, networks
):
    parts.turn.assistant.script["ghadha"] = answer_with("گڑھا کہاں ہے؟ گلی کا نام بتائیں۔", "ur")
    text_in(parts, "ghadha hai sarak mein")
    postman.run_once()
    (text,) = networks.texts
    assert survives_notify(text) and sms_parts(text) <= 2 and "0345 000 0000" in text
    code = re.search(r"/resume\?code=([\w-]+)", text)[1]
    opened = move_to_web(parts, code, "f" * 64)
    assert opened.medium is Medium.WEB
    with parts.turn.store.begin() as work:
        said = work.messages.of(opened.id)
    assert said[-1].text.startswith("گڑھا")


def test_the_second_provider_carries_what_the_first_would_destroy(parts, networks):
    parts.turn.assistant.script["ghadha"] = answer_with("گڑھا کہاں ہے؟", "ur")
    second = TwilioProvider("AC1", "token", "+447700900000", networks.url)
    postman = Postman(parts, NotifyProvider(KEY, "t", networks.url), second=second)
    text_in(parts, "ghadha hai")
    text_in(parts, "hello", number="447700900456")
    postman.run_once()
    postman.stop()
    by_provider = {name: text for name, _, text, _ in networks.taken}
    assert by_provider["twilio"].startswith("گڑھا") and "You said" in by_provider["notify"]


def test_a_landline_and_a_refused_number_become_a_case_for_a_call(parts, postman, networks):
    landline, refused = "441743255000", "447700900789"
    networks.landlines.add(refused)
    assert is_landline(landline) and not is_landline(NUMBER)
    for number in (landline, refused):
        text_in(parts, "my bin was missed", number=number)
    postman.run_once()
    for number in (landline, refused):
        case = open_case(parts, number)
        assert (case.way, case.reasons) == ("call_back", ("error_not_delivered",))
        assert case.contact == {"phone": number}
    assert networks.taken == []


def test_the_case_for_a_call_waits_for_the_turn_that_is_being_answered(parts):
    """Or the danger that the turn tells of would be written over."""
    text_in(parts, "my bin was missed")
    whose = conversation_of(parts).id
    with ThreadPoolExecutor() as pool:
        with parts.turn.locks.hold(whose):
            made = pool.submit(call_instead, parts, whose)
            with pytest.raises(TimeoutError):
                made.result(0.5)
            assert open_case(parts) is None
        made.result(30)
    assert open_case(parts).reasons == ("error_not_delivered",)


def test_ten_minutes_of_outage_lose_and_repeat_nothing(parts, postman, networks, clock):
    networks.down = True
    for minute in range(10):
        text_in(parts, f"message {minute}", number=f"4477009001{minute:02}")
        postman.run_once()
        clock.ahead += 60
    assert networks.taken == [] and networks.asked >= 10
    networks.down = False
    for _ in range(20):
        clock.ahead += 60
        postman.run_once()
    numbers = [number for _, number, _, _ in networks.taken]
    assert sorted(numbers) == [f"+4477009001{n:02}" for n in range(10)]
    references = [reference for *_, reference in networks.taken]
    assert len(set(references)) == 10
    with parts.turn.store.begin() as work:
        assert work.outbox.waiting("sms") == 0


def test_f2_twenty_signed_replays_at_once_are_one_turn(site, parts_of_site, assistant):
    form = {"From": f"+{NUMBER}", "To": "+447700900000", "Body": "my bin", "MessageSid": "SM9"}
    url = f"{parts_of_site.settings.public_url}/sms/twilio/inbound"
    signed = {"X-Twilio-Signature": RequestValidator("twilio-token").compute_signature(url, form)}
    forged = {"X-Twilio-Signature": "forged"}

    def call(n):
        headers = forged if n % 4 == 0 else signed
        return site.post("/sms/twilio/inbound", data=form, headers=headers).status_code

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(call, range(20)))
    assert sorted(set(answers)) == [200, 403] and answers.count(403) == 5
    with parts_of_site.engine.begin() as db:
        count = sa.select(sa.func.count()).select_from(schema.conversations)
        assert db.execute(count).scalar_one() == 1


@pytest.fixture
def assistant():
    return MemoryAssistant()


@pytest.fixture
def parts_of_site(tmp_path, assistant, clock):
    made = make_parts(tmp_path, assistant, clock, FAIRWAY_TWILIO_AUTH_TOKEN="twilio-token")
    yield made
    made.engine.dispose()


@pytest.fixture
def site(parts_of_site):
    app = public_app(parts_of_site, make_sms_router, postman=start_postman)
    with (
        serve(app) as served,
        httpx.Client(base_url=served.url, trust_env=False, timeout=60) as client,
    ):
        yield client


def test_a_chat_goes_on_by_text_with_its_code(parts, postman, networks):
    conversation, _ = start_conversation(parts.turn, Medium.WEB, "en", token_hash="a" * 64)
    take_in(parts.turn, conversation.id, "my bin was missed")
    code = give_code(parts, conversation.id)
    for _ in range(3):  # handed over three times, as providers do
        text_in(parts, f" {code.lower()} ", provider_id="one")
    postman.run_once()
    moved = conversation_of(parts)
    assert (moved.id, moved.medium, moved.token_hash) == (conversation.id, Medium.SMS, None)
    assert networks.texts.count("Your chat goes on here by text. Write your next message.") == 1
    text_in(parts, "thank you")
    postman.run_once()
    assert "You said: thank you" in networks.texts[-1]


def test_a_code_that_is_none_is_an_ordinary_message(parts, postman, networks):
    text_in(parts, "K7PM-2Q9D")
    postman.run_once()
    assert networks.texts[0].startswith("You said: K7PM-2Q9D")


@pytest.mark.parametrize("mark", ["۔ ", "। ", "。", "؟ ", "！"])
def test_long_answers_are_split_at_the_sentences_of_every_script(mark):
    sentences = [f"جملہ نمبر {n} اور مزید الفاظ یہاں{mark}" for n in range(60)]
    texts = sms_texts("".join(sentences).strip())
    assert len(texts) > 1
    assert all(text.endswith(mark.strip()) for text in texts)


def test_every_text_is_counted_and_tied_to_its_message(parts, postman):
    text_in(parts, "hello")
    postman.run_once()
    with parts.engine.begin() as db:
        (row,) = db.execute(sa.select(schema.sms_log)).mappings()
    assert row["parts"] == 1 and row["conversation_id"] == conversation_of(parts).id
    assert row["message_id"]
