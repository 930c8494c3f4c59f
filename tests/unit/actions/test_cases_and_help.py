"""Cases, help near, appointments that are changed, and what happens when nothing answers."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from actions.gateways.base import GatewayRefused, GatewaySlow, GatewayUnavailable
from actions.gateways.mailbox import Letter, MailAddressWrong, SmtpMailbox
from actions.nearness import KnownNearness
from actions.sandbox.store import Store
from bot.files.pages import SHIPPED, load_pages
from bot.need import Adjustment
from tests.unit.actions.driver import HASTY, PATIENT, POSTCODE, SECRET, Talk

Start = Callable[..., Talk]
NOISE = ("a dog", "4 Castle Gates", "every night", "Ann Example", "07700 900123")


def _noise(talk: Talk) -> None:
    started = talk.say("my neighbour is so loud", "service_noise_nuisance")
    assert started.keys == ["report_start", "ask_council_question"]
    for answer in NOISE:
        asked = talk.say(answer)
    assert asked.keys == ["form_review"]


def test_a_case_is_opened_and_its_news_can_be_asked_for(talk: Talk) -> None:
    _noise(talk)
    done = talk.say("yes")
    assert done.keys == ["case_done", "report_next", "anything_else"]
    [case] = done.of("case")
    assert case["system"] == "cases" and case["reference"] in done.text
    assert "/status" in done.payloads
    known = talk.say("/status")
    assert known.keys == ["report_open", "ask_tell_me"] and case["reference"] in known.text
    assert talk.say("yes").keys == ["tell_me_yes"]  # the number was given for the case


def test_who_texts_is_told_by_text_without_being_asked_for_a_number(talk_with: Start) -> None:
    talk = talk_with(medium="sms")
    talk.say("pothole", "service_pothole")
    for answer in (POSTCODE, "outside number 4", "medium", "skip", "skip", "skip", "yes"):
        done = talk.say(answer)
    assert done.of("case")
    talk.say("what happened to my pothole?", "status")
    [watch] = talk.say("yes").of("watch")
    assert (watch["system"], watch["status"], watch["phone"]) == ("open311", "open", "")
    assert watch["service"] == "Report a pothole"


def test_a_web_citizen_says_which_number_to_text(talk: Talk) -> None:
    talk.say("pothole", "service_pothole")
    for answer in (POSTCODE, "outside number 4", "medium", "skip", "skip", "skip", "skip", "yes"):
        done = talk.say(answer)
    assert done.of("case")
    talk.say("/status")
    assert talk.say("yes").keys == ["ask_tell_me_phone"]
    assert talk.say("07700 900123").of("watch")[0]["phone"] == "+447700900123"


@pytest.mark.parametrize("mode", ["down", "wrong", "slow", "rate_limited", "too_big"])
def test_a_case_nobody_can_take_goes_to_a_person_with_every_answer(
    talk_with: Start, mode: str
) -> None:
    talk = talk_with(patience=HASTY if mode == "slow" else PATIENT)
    _noise(talk)
    talk.fault("cases", mode)
    failed = talk.say("yes")
    [handoff] = failed.of("handoff")
    assert "4 Castle Gates" in handoff["summary"].values()
    assert failed.keys[1] == "error_passed_on"
    assert talk.slots["task"] is None


def test_help_near_says_when_it_is_open_and_where_it_was_read(talk: Talk) -> None:
    assert talk.say("support groups near me", "service_support_groups").keys == [
        "ask_postcode_near"
    ]
    near = talk.say(POSTCODE)
    assert near.keys == ["support_near", "anything_else"]
    assert "Parents together" in near.text and "Open now." in near.text
    assert "01632 9601" in near.text and "23/11/2026 10:00" in near.text
    talk.fault("directory", "down")
    assert talk.say("support groups", "service_support_groups").of("handoff")


def test_no_help_near_is_said(talk: Talk) -> None:
    talk.slots["known"] = {"postcode": {"value": "WV7 3QH", "shown": "WV7 3QH"}}
    far = talk.say("groups for parents", "service_family_support_groups")
    assert far.keys == ["support_none", "anything_else"] and "/human" in far.payloads


def _book(talk: Talk) -> str:
    talk.say("can i come in", "face_to_face")
    for answer in (POSTCODE, "yes", "1", "Ann", "skip", "yes"):
        booked = talk.say(answer)
    return str(booked.of("appointment")[0]["reference"])


@pytest.mark.parametrize(
    ("said", "intent"), [("cancel", ""), ("cancel it", "something_else"), ("stop", "")]
)
def test_cancel_is_no_answer_that_leaves_the_appointment_standing(
    talk: Talk, said: str, intent: str
) -> None:
    _book(talk)
    talk.say("/status")
    assert talk.say(said, intent).keys == ["invalid_yes_no", "ask_cancel"]
    assert talk.say("yes").keys == ["appointment_cancelled"]


def test_the_button_for_something_else_still_leaves_that_question(talk: Talk) -> None:
    _book(talk)
    assert talk.say("/status").keys == ["appointment_is", "ask_cancel"]
    assert talk.say("/something_else").keys == ["something_else"]


def test_an_appointment_can_be_looked_up_kept_and_cancelled(talk: Talk) -> None:
    reference = _book(talk)
    shown = talk.say("/status")
    assert shown.keys == ["appointment_is", "ask_cancel"] and reference in shown.text
    assert talk.say("no").keys == ["appointment_kept"]
    talk.say("/status")
    gone = talk.say("yes")
    assert gone.keys == ["appointment_cancelled"]
    assert gone.of("appointment_cancelled")[0]["reference"] == reference
    slots = talk.council("GET", "/appointments/slots?place=shrewsbury&limit=1")["slots"]
    assert slots[0]["starts_at"].startswith("2026-11-24T10:00")
    talk.slots["known"] = {}
    assert talk.say(f"what about {reference}", "status").keys == [
        "reference_unknown",
        "ask_reference",
    ]


def test_100_citizens_book_the_last_slot_at_once(talk_with: Start) -> None:
    """One gets it; the other 99 are offered the next one."""
    talk = talk_with()
    for slot in talk.council("GET", "/appointments/slots?place=shrewsbury&limit=3")["slots"]:
        talk.council("POST", "/appointments", json={"slot_id": slot["id"]})
    talk.say("can i come in", "face_to_face")
    for answer in (POSTCODE, "yes", "1", "Ann", "skip"):
        ready = talk.say(answer)
    assert ready.keys == ["form_review"]
    citizens = [replace(talk, sender=f"c{n}", slots=dict(talk.slots)) for n in range(100)]

    async def at_once() -> list[list[str]]:
        return await asyncio.gather(*(_confirm(citizen) for citizen in citizens))

    keys = asyncio.run(at_once())
    assert keys.count(["appointment_booked"]) == 1
    assert keys.count(["slot_taken", "ask_slot"]) == 99


async def _confirm(citizen: Talk) -> list[str]:
    """Say yes at the review; the keys of the replies."""
    body = {
        "next_action": "action_serve_citizen",
        "sender_id": citizen.sender,
        "tracker": {
            "sender_id": citizen.sender,
            "slots": citizen.slots,
            "latest_message": {"text": "/affirm", "intent": {"name": "affirm", "confidence": 1.0}},
            "events": [],
        },
        "version": "3.6.21",
    }
    transport = httpx.ASGITransport(citizen.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        answer = await client.post(
            "/webhook", json=body, headers={"Authorization": f"Bearer {SECRET}"}
        )
    said = [m for m in answer.json()["responses"] if m.get("response")]
    return [one["response"].removeprefix("utter_") for one in said]


class Kept(Message):
    """A mailbox that keeps what it gets."""

    def __init__(self) -> None:
        super().__init__(EmailMessage)
        self.letters: list[Any] = []
        self.seconds = 0.0

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 5.1.1 There is nobody of that name here"
        await asyncio.sleep(self.seconds)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> Any:
        await asyncio.sleep(self.seconds)
        return await super().handle_DATA(server, session, envelope)

    def handle_message(self, message: Any) -> None:
        self.letters.append(message)


@pytest.fixture
def mail() -> Iterator[tuple[str, Kept]]:
    kept = Kept()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(kept, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield f"smtp://127.0.0.1:{port}", kept
    finally:
        server.stop()


TEAMS = {"environmental_health": "noise@example.gov.uk", "highways": "roads@example.gov.uk"}


@pytest.mark.parametrize("mode", ["down", "wrong", "rate_limited"])
def test_a_team_with_a_mailbox_is_written_to_instead(
    talk_with: Start, mail: tuple[str, Kept], mode: str
) -> None:
    url, kept = mail
    talk = talk_with(mailbox=SmtpMailbox(url, "fairway@example.gov.uk", TEAMS))
    talk.say("pothole", "service_pothole")
    for answer in (POSTCODE, "outside number 4", "medium", "skip", "by the gate", "Ann", "skip"):
        talk.say(answer)
    talk.fault("open311", mode)
    sent = talk.say("yes")
    assert sent.keys == ["case_by_email", "anything_else"]
    [case], [letter] = sent.of("case"), kept.letters
    assert case["system"] == "email" and case["reference"] in letter["Subject"]
    assert letter["To"] == "roads@example.gov.uk" and letter["Auto-Submitted"]
    text = letter.get_payload(decode=True).decode()
    assert "by the gate" in text and case["reference"] in text
    assert ("look there before" in text) == (mode == "wrong")
    assert not sent.of("handoff")


HOLE = (POSTCODE, "outside number 4", "medium", "skip", "by the gate", "Ann", "skip")


def test_what_a_team_got_by_email_is_not_taken_for_an_older_report(
    talk_with: Start, mail: tuple[str, Kept]
) -> None:
    talk = talk_with(mailbox=SmtpMailbox(mail[0], "fairway@example.gov.uk", TEAMS))
    talk.say("pothole", "service_pothole")
    for answer in HOLE:
        talk.say(answer)
    assert talk.say("yes").of("case")[0]["reference"] == "1"
    talk.say("pothole", "service_pothole")
    for answer in (POSTCODE, "No, none of these", *HOLE[1:]):
        talk.say(answer)
    talk.fault("open311", "down")
    sent = talk.say("yes")
    reference = sent.of("case")[0]["reference"]
    assert "/status" in sent.payloads
    for known in (talk.slots["known"], {}):
        talk.slots["known"] = known
        text = f"how is {reference.lower()} going"
        asked = talk.say(text, "status") if not known else talk.say("/status")
        assert asked.keys == ["report_by_email", "anything_else"] and reference in asked.text
    talk.fault("open311", "ok")


def test_a_report_without_a_reference_yet_has_no_older_ones_news(talk: Talk) -> None:
    talk.say("pothole", "service_pothole")
    for answer in HOLE:
        talk.say(answer)
    talk.say("yes")
    with Store(talk.book).writing() as book:  # no token is exchanged for a reference yet
        book.execute(
            "CREATE TRIGGER later AFTER INSERT ON requests "
            "BEGIN UPDATE requests SET token = 'later' WHERE id = NEW.id; END"
        )
    talk.say("sofa to go", "service_bulky_waste")
    for answer in (POSTCODE, "4 Castle Gates", "sofa", "2"):
        asked = talk.say(answer)
    while asked.keys != ["form_review"]:
        asked = talk.say("skip")
    assert "report_done_later" in talk.say("yes").keys
    assert talk.say("how is it going", "status").keys == ["ask_reference"]


def test_a_mail_server_that_is_away_leaves_it_to_a_person(talk_with: Start) -> None:
    talk = talk_with(mailbox=SmtpMailbox("smtp://127.0.0.1:9", "f@example.gov.uk", TEAMS))
    talk.say("pothole", "service_pothole")
    for answer in (POSTCODE, "outside number 4", "medium", "skip", "by the gate", "Ann", "skip"):
        talk.say(answer)
    talk.fault("open311", "down")
    assert talk.say("yes").of("handoff")


def test_no_letter_is_begun_that_could_not_be_told_of_in_time(
    talk_with: Start, mail: tuple[str, Kept]
) -> None:
    url, kept = mail
    kept.seconds = 1.5
    box = SmtpMailbox(url, "f@example.gov.uk", TEAMS)
    talk = talk_with(mailbox=box, patience=HASTY, answer_within=2.5)
    talk.say("pothole", "service_pothole")
    for answer in HOLE:
        talk.say(answer)
    talk.fault("open311", "slow")
    assert talk.say("yes").of("handoff")
    time.sleep(4)
    assert kept.letters == []


def test_who_takes_over_knows_of_a_letter_that_may_have_gone(
    talk_with: Start, mail: tuple[str, Kept]
) -> None:
    url, kept = mail
    kept.seconds = 2.6  # for each of two steps: more than is left
    box = SmtpMailbox(url, "f@example.gov.uk", TEAMS)
    talk = talk_with(mailbox=box, patience=HASTY, answer_within=2.4)
    talk.say("pothole", "service_pothole")
    for answer in HOLE:
        talk.say(answer)
    talk.fault("open311", "down")
    [handoff] = talk.say("yes").of("handoff")
    time.sleep(2)
    [letter] = kept.letters
    assert handoff["summary"]["Perhaps sent to the team by email as"] in letter["Subject"]


def test_a_mail_server_that_hangs_is_slow_and_not_away(mail: tuple[str, Kept]) -> None:
    mail[1].seconds = 2.0
    box = SmtpMailbox(mail[0], "f@example.gov.uk", TEAMS, seconds=0.5)
    with pytest.raises(GatewaySlow):
        asyncio.run(box.send(Letter("highways", "s", "t", "k")))


def test_a_letter_sent_twice_can_be_seen_to_be_one(mail: tuple[str, Kept]) -> None:
    url, kept = mail
    box = SmtpMailbox(url, "fairway@example.gov.uk", TEAMS)
    letter = Letter("highways", "One\r\nBcc: all@example.com", "Twll – ŵ \ud800", "k1")
    for _ in range(2):
        asyncio.run(box.send(letter))
    first, second = kept.letters
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Bcc"] is None and re.fullmatch(
        r"<[0-9a-f]{32}@example\.gov\.uk>", first["Message-ID"]
    )
    asyncio.run(box.check())


def test_mail_that_cannot_go_is_named(mail: tuple[str, Kept]) -> None:
    for url in ("", "http://mail", "smtp://"):
        with pytest.raises(MailAddressWrong):
            SmtpMailbox(url, "f@example.gov.uk")
    with pytest.raises(GatewayUnavailable):
        asyncio.run(SmtpMailbox("smtp://127.0.0.1:9", "f@example.gov.uk").check())
    odd = SmtpMailbox(mail[0], "f@example.gov.uk", {"highways": "nobody@example.gov.uk"})
    with pytest.raises(GatewayRefused):
        asyncio.run(odd.send(Letter("highways", "s", "t", "k")))


def test_a_question_about_a_service_is_answered_from_the_councils_page(talk: Talk) -> None:
    said = talk.say("how much does a blue badge cost", "service_blue_badge")
    assert said.keys[0] == "page_quote" and said.keys[1].startswith("link_")
    assert "A badge costs £10." in said.text and "02/11/2026" in said.text
    assert "sandbox-council.example/blue-badge" in said.text


def test_a_page_in_english_is_said_to_be(talk_with: Start) -> None:
    talk = talk_with(language="pl")
    assert talk.say("/service_blue_badge").keys[:2] == ["page_quote", "page_in_english"]


def test_a_question_in_another_language_is_answered_from_the_english_page(
    talk_with: Start,
) -> None:
    ask = "czy mogę wrzucić ziemię do tego pojemnika"
    page = next(p for p in load_pages(SHIPPED) if p.name == "garden_waste")
    soil = next(n for n, passage in enumerate(page.passages) if "Soil" in passage)
    talk = talk_with(language="pl", nearness=KnownNearness({ask: {page.key(soil): 0.5}}))
    said = talk.say(ask, "nlu_fallback", 0.2)
    assert said.keys[:2] == ["page_quote", "page_in_english"]
    assert page.passages[soil] in said.text and page.source in said.text
    other = talk.say("kto wygrał mecz", "nlu_fallback", 0.2)
    assert other.keys == ["did_not_understand"] and "/human" in other.payloads


def test_a_service_without_pages_is_answered_by_its_link_however_near_anothers_page(
    talk_with: Start,
) -> None:
    ask = "can you send it on paper"
    everything = {
        page.key(n): 0.9 for page in load_pages(SHIPPED) for n in range(len(page.passages))
    }
    talk = talk_with(nearness=KnownNearness({ask: everything}))
    assert "page_quote" not in talk.say(ask, "service_council_tax_bill", 0.95).keys
    assert "page_quote" in talk.say(ask, "service_blue_badge", 0.95).keys


def test_what_is_not_understood_may_still_be_answered_and_then_is_a_persons(talk: Talk) -> None:
    said = talk.say("can i put soil in the garden waste bin", "nlu_fallback", 0.2)
    assert said.keys == ["page_quote", "did_not_understand"] and said.of("misunderstood")
    assert not said.of("nothing_found")
    nothing = talk.say("who won the football", "nlu_fallback", 0.2)
    assert "page_quote" not in nothing.keys and nothing.of("nothing_found")


def test_an_address_is_an_answer_though_it_sounds_like_a_place_to_come_to(talk: Talk) -> None:
    talk.say("moving house", "service_council_tax_move")
    talk.say("24/12/2026")
    assert talk.say("1 Castle Gates", "face_to_face", 0.95).keys == ["ask_council_question"]
    assert talk.say("Castle Gates", "face_to_face", 0.5).keys == ["ask_council_question"]
    assert talk.slots["task"]["task"] == "open_case"
    talk.say("moving house", "service_council_tax_move")
    talk.say("24/12/2026")
    assert talk.say("let me see somebody", "face_to_face", 0.95).of("route")
    assert talk.say("/face_to_face").of("route")


@pytest.mark.parametrize("intent", ["face_to_face", "nlu_fallback", "service_find_library"])
def test_an_address_said_when_a_day_is_asked_for_is_kept_and_the_day_asked_again(
    talk: Talk, intent: str
) -> None:
    talk.say("moving house", "service_council_tax_move")
    kept = talk.say("1 Castle Gates", intent, 0.95)
    assert kept.keys == ["heard_also", "ask_council_question"]
    assert "1 Castle Gates" in kept.text and "On which day" in kept.text
    assert "Which address do you move to?" in talk.say("24/12/2026").text
    assert talk.say("4 Mill Road", entities=(("address", "4 Mill Road"),)).of("told")
    given = talk.slots["task"]["given"]
    assert given["attribute_old_address"]["value"] == "1 Castle Gates"
    assert given["attribute_new_address"]["value"] == "4 Mill Road"


@pytest.mark.parametrize("said", ["3 bags", "2 weeks ago", "10 minutes", "5", "3 grudnia"])
def test_a_number_and_a_word_is_not_yet_an_address(talk: Talk, said: str) -> None:
    talk.say("moving house", "service_council_tax_move")
    named = (("date", "--12-03"),) if said == "3 grudnia" else ()
    assert "heard_also" not in talk.say(said, entities=named).keys
    assert "attribute_old_address" not in talk.slots["task"]["given"]


@pytest.mark.parametrize(
    ("value", "day"),
    [("--12-03", "2026-12-03"), ("tomorrow", "2026-11-24"), ("mon", "2026-11-30"),
     ("tue", "2026-11-24")],
)  # fmt: skip
def test_a_day_is_read_in_any_language(talk: Talk, value: str, day: str) -> None:
    talk.say("moving house", "service_council_tax_move")
    assert talk.say("in other words", entities=(("date", value),)).keys == ["ask_council_question"]
    assert talk.slots["task"]["given"]["attribute_move_date"]["value"].startswith(day)


LAST_MONDAY = [
    "last Monday", "since Monday", "dydd Llun diwethaf", "zeszły poniedziałek", "lunea trecută",
    "segunda-feira passada", "Isniintii hore", "минулого понеділка", "pichle peer", "پچھلے پیر",
    "গত সোমবার", "ਪਿਛਲੇ ਸੋਮਵਾਰ", "الاثنين الماضي", "上周一",
]  # fmt: skip


@pytest.mark.parametrize("said", LAST_MONDAY)
def test_a_weekday_that_was_is_no_day_to_come(talk: Talk, said: str) -> None:
    talk.say("moving house", "service_council_tax_move")
    talk.say(said, entities=(("date", "mon"),))
    assert talk.slots["task"]["given"]["attribute_move_date"]["value"].startswith("2026-11-16")


@pytest.mark.parametrize(
    ("said", "value", "day"),
    [("Monday", "mon", "2026-11-16"), ("3 grudnia", "--12-03", "2025-12-03"),
     ("3 Tachwedd", "--11-03", "2026-11-03")],
)  # fmt: skip
def test_since_when_is_answered_by_a_day_that_was(
    talk: Talk, said: str, value: str, day: str
) -> None:
    talk.say("i live alone", "service_council_tax_discount")
    talk.say("1")
    assert "Since when?" in talk.say("4 Castle Gates").text
    talk.say(said, entities=(("date", value),))
    assert talk.slots["task"]["given"]["attribute_since"]["value"].startswith(day)


def test_who_comes_in_for_help_that_others_give_hears_of_the_groups_near_too(talk: Talk) -> None:
    talk.say("support groups near me", "service_support_groups")
    talk.say("can i come in instead", "face_to_face")
    near = talk.say(POSTCODE)
    assert near.keys == ["support_near", "places_near", "ask_appointment"]
    assert "Parents together" in near.text


def test_without_the_directory_the_councils_own_places_are_still_said(talk: Talk) -> None:
    talk.say("support groups near me", "service_support_groups")
    talk.fault("directory", "down")
    talk.say("can i come in instead", "face_to_face")
    assert talk.say(POSTCODE).keys == ["places_near", "ask_appointment"]


def test_who_needs_no_steps_is_not_sent_to_a_place_known_to_have_them(talk: Talk) -> None:
    talk.say("support groups near me", "service_support_groups")
    assert "Grief café" in talk.say(POSTCODE).text
    talk.circumstances = talk.circumstances.with_adjustment(Adjustment.STEP_FREE)
    fitting = talk.say("support groups near me", "service_support_groups")
    assert fitting.keys == ["support_near", "anything_else"]
    assert "Grief café" not in fitting.text and "Carers' circle" in fitting.text
