"""Whole conversations with the real actions and the sandbox council; only Rasa is played."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions.questions import NONE_OF_THESE
from actions.sandbox.store import Store
from bot.need import Availability, Circumstances
from tests.unit.actions.driver import HASTY, LANGUAGES, PATIENT, POSTCODE, Heard, Talk

Start = Callable[..., Talk]


def _report(talk: Talk, *answers: str) -> Heard:
    talk.slots["task"] = None
    heard = talk.say("there is a pothole", "service_pothole")
    for answer in answers:
        heard = talk.say(answer)
    return heard


_ENGLISH = (
    POSTCODE,
    "outside number 4 Castle Gates",
    "Bigger than a dustbin lid",
    "/skip",
    "by the library",
    "Ann Example",
    "07700 900123",
)


def test_a_pothole_in_english_stands_in_the_councils_own_list(talk: Talk) -> None:
    first = talk.say("theres a pothole", "service_pothole")
    assert first.keys == ["report_start", "council_notice", "ask_where"]
    assert first.of("route")[0]["channel"] == "digital"
    assert first.of("route")[0]["service"] == "pothole"
    for answer in _ENGLISH:
        review = talk.say(answer)
    assert review.keys == ["form_review"]
    assert "outside number 4 Castle Gates" in review.text
    done = talk.say("yes")
    assert done.keys == ["report_done", "report_next", "anything_else"]
    [held] = talk.requests()
    assert str(held["service_request_id"]) == done.of("case")[0]["reference"]
    assert held["service_code"] == "POTHOLE"
    assert held["description"] == "by the library"
    assert held["address"] == "outside number 4 Castle Gates, SY1 2AS"
    assert held["lat"] == pytest.approx(52.71, abs=0.01)
    assert talk.slots["task"] is None
    assert talk.slots["known"]["phone"]["value"] == "+447700900123"


def test_a_pothole_in_welsh(talk_with: Start) -> None:
    talk = talk_with(language="cy")
    first = talk.say("mae twll yn y ffordd", "service_pothole")
    assert "Ble mae e?" in first.text
    assert {one["lang"] for one in first.said} == {"cy"}
    size = [talk.say(answer) for answer in (POSTCODE, "ger y llyfrgell")][-1]
    assert "Pa mor fawr" in size.text
    assert size.titles[0] == "Llai na phlât cinio"
    for answer in ("mwy na chaead bin", "hepgor", "wrth y drws", "dim syniad", "hepgor"):
        review = talk.say(answer)
    assert review.keys == ["form_review"]
    done = talk.say("ie")
    assert "Eich cyfeirnod" in done.text
    [held] = talk.requests()
    assert held["service_code"] == "POTHOLE"


def test_an_unknown_postcode_can_be_tried_again_or_put_in_words(talk: Talk) -> None:
    unknown = _report(talk, "ZZ9 9ZZ")
    assert unknown.keys == ["postcode_unknown", "ask_where"]
    assert "ZZ9 9ZZ" in unknown.text
    known = talk.say(POSTCODE)
    assert known.keys == ["ask_spot"]
    again = _report(talk, "QQ1 1QQ")
    assert again.keys == ["postcode_unknown", "ask_where"]
    words = talk.say("the corner of Castle Gates and Howard Street")
    assert words.keys == ["ask_council_question"]


def test_a_road_and_what_stands_by_it_are_a_place_in_words(talk: Talk) -> None:
    _report(talk)
    place = talk.say("on the A49 1st lamp post after the bridge")
    assert place.keys == ["ask_council_question"]
    assert talk.slots["task"]["given"]["where"]["value"].startswith("on the A49 1st lamp post")


def test_a_postcode_in_the_first_message_is_not_asked_for(talk: Talk) -> None:
    first = talk.say("big hole by the bus stop SY1 2AS", "service_pothole")
    assert first.keys == ["report_start", "council_notice", "ask_spot"]


def test_a_double_nearby_is_offered_and_can_be_joined(talk: Talk) -> None:
    _report(talk, *_ENGLISH)
    reference = talk.say("yes").of("case")[0]["reference"]
    offered = _report(talk, POSTCODE)
    assert offered.keys == ["ask_duplicate"]
    assert reference in offered.titles[0]
    joined = talk.say("1")
    assert joined.keys == ["report_double"]
    assert len(talk.requests()) == 1
    _report(talk, POSTCODE)
    refused = talk.say("No, none of these")
    assert refused.keys == ["ask_spot"]


@pytest.mark.parametrize("said", ["no thanks", "no", "dim diolch"])
def test_a_no_to_what_was_told_already_is_none_of_these(talk_with: Start, said: str) -> None:
    talk = talk_with(language="cy" if said == "dim diolch" else "en")
    _report(talk, *("2" if answer.startswith("Bigger") else answer for answer in _ENGLISH))
    assert talk.say("yes").of("case")
    assert _report(talk, POSTCODE).keys == ["ask_duplicate"]
    assert talk.say(said).keys == ["ask_spot"]
    assert talk.slots["task"]["given"]["duplicate"]["value"] == NONE_OF_THESE


@pytest.mark.parametrize(
    ("mode", "key"),
    [
        ("down", "error_council_down"),
        ("slow", "error_council_slow"),
        ("wrong", "error_council_nonsense"),
        ("rate_limited", "error_council_down"),
    ],
)
def test_a_council_system_that_fails_is_said_and_a_person_takes_over(
    talk_with: Start, mode: str, key: str
) -> None:
    talk = talk_with(patience=HASTY if mode == "slow" else PATIENT)
    _report(talk, *_ENGLISH)
    talk.fault("open311", mode)
    failed = talk.say("yes")
    assert failed.keys == [key, "error_passed_on"]
    [handoff] = failed.of("handoff")
    assert handoff["team"] == "highways"
    assert handoff["reasons"] == [key]
    assert handoff["summary"]["Where"] == POSTCODE
    assert handoff["summary"]["Name"] == "Ann Example"
    assert talk.slots["task"] is None
    talk.fault("open311", "ok")
    assert talk.say("/service_pothole").keys[-1] == "ask_where"


def test_a_council_system_down_at_the_first_question(talk: Talk) -> None:
    talk.fault("open311", "down")
    failed = talk.say("pothole", "service_pothole")
    assert failed.keys == ["error_council_down", "error_person_asked"]
    assert failed.of("handoff")


def test_without_the_map_the_report_still_goes(talk: Talk) -> None:
    talk.fault("postcodes", "down")
    assert _report(talk, POSTCODE).keys == ["ask_spot"]


def test_sending_twice_is_reporting_once(talk: Talk) -> None:
    _report(talk, *_ENGLISH)
    before = dict(talk.slots)
    talk.say("yes")
    talk.slots = before
    talk.say("yes")
    assert len(talk.requests()) == 1


def test_correcting_at_the_review(talk: Talk) -> None:
    _report(talk, *_ENGLISH)
    corrected = talk.say("no, number 12")
    assert corrected.keys == ["form_review"]
    assert "number 12" in corrected.text
    which = talk.say("/deny")
    assert which.keys == ["form_which"]
    size = talk.say("3")
    assert size.titles[0] == "Smaller than a dinner plate"
    assert "Smaller than a dinner plate" in talk.say("1").text
    unclear = talk.say("no, Bob")
    assert unclear.keys == ["correction_which", "form_which"]
    assert "Name: Bob" in talk.say("6").text


def test_back_repeat_cancel_and_help_in_a_form(talk: Talk) -> None:
    _report(talk, POSTCODE, "by the library")
    assert talk.say("go back", "go_back").keys == ["ask_spot"]
    assert talk.say("pardon").keys == ["ask_spot"]
    assert talk.say("help", "help").keys == ["form_help", "ask_spot"]
    assert talk.say("cancel").keys == ["form_cancelled"]
    assert talk.slots["task"] is None


def test_three_unusable_answers_offer_a_person(talk: Talk) -> None:
    _report(talk, POSTCODE, "by the library")
    for _ in range(3):
        stuck = talk.say("purple")
    assert stuck.keys == ["invalid_option", "form_stuck", "ask_council_question"]
    assert "/human" in stuck.payloads


def test_another_service_in_the_middle_is_offered_not_forced(talk: Talk) -> None:
    _report(talk, POSTCODE, "by the library")
    offer = talk.say("when are my bins", "service_bin_collection")
    assert offer.keys == ["switch_offer"]
    back = talk.say("no")
    assert back.keys == ["switch_declined", "ask_council_question"]
    talk.say("when are my bins", "service_bin_collection")
    switched = talk.say("yes")
    assert switched.keys == ["ask_postcode_bins"]
    assert switched.of("route")[0]["service"] == "bin_collection"


@pytest.mark.parametrize(("sure", "asks_which"), [(0.87, False), (0.95, True)])
def test_a_description_interrupts_only_where_it_is_very_plainly_another_service(
    talk: Talk, sure: float, asks_which: bool
) -> None:
    _report(talk, POSTCODE, "by the library", "1", "skip")
    said = talk.say("it is deep and full of water", "service_road_flooding", sure)
    assert (said.keys == ["switch_offer"]) is asks_which


@pytest.mark.parametrize("heard_as", ["crisis_child", "something_else", "face_to_face", "human"])
def test_a_choice_on_offer_is_an_answer_whatever_it_sounds_like(talk: Talk, heard_as: str) -> None:
    talk.say("rubbish has been dumped", "service_fly_tipping")
    talk.say(POSTCODE)
    asked = talk.say("by the library")
    offered = next(b for said in asked.said for b in said["buttons"] if b["payload"][0] != "/")
    before = talk.slots["task"]["at"]
    answered = talk.say(offered["payload"], heard_as, 0.9)
    assert not answered.of("handoff")
    assert talk.slots["task"]["at"] not in (before, None)


def test_danger_in_a_form_outranks_its_question(talk: Talk) -> None:
    talk.say("rubbish has been dumped", "service_fly_tipping")
    talk.say(POSTCODE)
    talk.say("by the library")
    heard = talk.say("my dad is hurting my sister", "crisis_child", 0.9)
    assert heard.of("handoff")[0]["urgency"] == "urgent"


@pytest.mark.parametrize("text", ["the man at number 7", "it has gone black", "on the bridge"])
def test_an_answer_that_resembles_danger_is_an_answer(talk: Talk, text: str) -> None:
    _report(talk, *_ENGLISH[:4])
    asked = talk.slots["task"]["at"]
    answered = talk.say(text, "crisis_abuse", 0.35)
    assert not answered.of("handoff")
    assert talk.slots["task"]["given"][asked]["value"] == text


@pytest.mark.parametrize(
    ("text", "sure"),
    [("two, and their dad punches them", 0.41), ("I want to kill myself", 0.1)],
)
def test_danger_in_answer_to_an_open_question_comes_through(
    talk: Talk, text: str, sure: float
) -> None:
    _report(talk, *_ENGLISH[:4])
    heard = talk.say(text, "crisis_child", sure)
    assert heard.of("handoff")[0]["urgency"] == "urgent"


def test_faint_danger_is_no_answer_to_a_question_with_choices(talk: Talk) -> None:
    _report(talk, POSTCODE, "by the library")
    assert talk.say("he does it every night", "crisis_child", 0.36).of("handoff")


def test_an_answer_that_resembles_a_request_is_an_answer(talk: Talk) -> None:
    _report(talk, POSTCODE, "by the library")
    assert talk.say("Bigger than a dustbin lid", "service_bin_collection").keys != ["switch_offer"]
    open_question = talk.say("path", "adjustment", 0.9)
    assert open_question.keys == ["ask_council_question"]


def test_call_back_asks_one_question(talk: Talk) -> None:
    asked = talk.say("care for my mum", "service_care_assessment")
    assert asked.keys == ["ask_phone"]
    wrong = talk.say("12")
    assert wrong.keys == ["invalid_phone", "ask_phone"]
    done = talk.say("07700 900123")
    assert done.keys == ["call_back_booked"]
    [handoff] = done.of("handoff")
    assert handoff["way"] == "call_back"
    assert handoff["contact"] == {"phone": "+447700900123"}
    assert handoff["team"] == "adult_social_care"


def test_call_back_by_text_message_uses_their_number(talk_with: Start) -> None:
    talk = talk_with(medium="sms")
    assert talk.say("care for my mum", "service_care_assessment").keys == ["ask_same_number"]
    done = talk.say("yes")
    assert done.keys == ["call_back_booked_same"]
    assert done.of("handoff")[0]["contact"] == {}


def test_come_in_and_book(talk: Talk) -> None:
    asked = talk.say("can i come in", "face_to_face")
    assert asked.keys == ["ask_postcode_near"]
    assert asked.of("route")[0]["channel"] == "face_to_face"
    assert asked.of("circumstances")[0]["asked_channel"] == "face_to_face"
    near = talk.say(POSTCODE)
    assert near.keys == ["places_near", "ask_appointment"]
    assert "Shrewsbury library" in near.text
    assert "check before you travel" in near.text
    slots = talk.say("yes")
    assert slots.keys == ["ask_slot"]
    for answer in ("1", "Ann Example", "skip"):
        review = talk.say(answer)
    assert review.keys == ["form_review"]
    booked = talk.say("yes")
    assert booked.keys == ["appointment_booked"]
    [appointment] = booked.of("appointment")
    assert appointment["reference"] in booked.text
    assert appointment["ics"].startswith("BEGIN:VCALENDAR")
    assert appointment["starts_at"].startswith("2026-11-24T10:00")


def test_no_after_all_takes_back_what_the_yes_had_added(talk: Talk) -> None:
    for said in ("/face_to_face", POSTCODE, "yes"):
        talk.say(said)
    assert talk.say("back").keys == ["ask_appointment"]
    assert talk.say("no").keys == ["come_in_done"]


def test_a_no_at_the_review_books_nothing(talk: Talk) -> None:
    for said in ("/face_to_face", POSTCODE, "yes", "1", "Ann Example", "skip"):
        talk.say(said)
    assert talk.say("change 2").keys == ["ask_appointment"]
    ended = talk.say("no")
    assert ended.keys == ["come_in_done"] and not ended.of("appointment")
    free = talk.council("GET", "/appointments/slots?place=shrewsbury&limit=1")["slots"]
    assert free[0]["starts_at"].startswith("2026-11-24T10:00")


def test_another_postcode_asks_for_a_time_at_the_other_place(talk: Talk) -> None:
    for said in ("/face_to_face", POSTCODE, "yes", "1", "Ann Example", "skip"):
        talk.say(said)
    assert talk.say("change 1").keys == ["ask_postcode_near"]
    assert talk.say("SY8 2PG").keys[-1] == "ask_slot"


def test_by_text_their_own_number_after_all(talk_with: Start) -> None:
    talk = talk_with(medium="sms")
    talk.say("care for my mum", "service_care_assessment")
    assert "ask_phone" in talk.say("no").keys
    assert "ask_same_number" in talk.say("back").keys
    assert talk.say("yes").keys == ["call_back_booked_same"]


def test_a_bin_that_was_emptied_after_all_is_not_reported(talk: Talk) -> None:
    for said in ("when is my bin day", POSTCODE):
        talk.say(said, "service_bin_collection" if said != POSTCODE else "")
    talk.say("yes")
    assert talk.say("back").keys == ["ask_missed"]
    assert talk.say("no").keys == ["anything_else"]
    assert talk.requests() == []


def test_a_slot_that_has_just_gone(talk: Talk) -> None:
    talk.say("can i come in", "face_to_face")
    for answer in (POSTCODE, "yes", "1", "Ann", "skip"):
        talk.say(answer)
    before = dict(talk.slots)
    talk.say("yes")
    talk.sender, talk.slots = "c2", before
    gone = talk.say("yes")
    assert gone.keys == ["slot_taken", "ask_slot"]
    talk.say("1")
    assert talk.say("yes").keys == ["appointment_booked"]


def test_the_last_slot_that_has_just_gone(talk: Talk) -> None:
    talk.say("can i come in", "face_to_face")
    for answer in (POSTCODE, "yes", "1", "Ann", "skip"):
        talk.say(answer)
    store = Store(talk.book)
    while slots := talk.council("GET", "/appointments/slots?limit=100")["slots"]:
        taken = [(slot["id"],) * 2 + ("{}", slot["id"]) for slot in slots]
        with store.writing() as book:
            book.executemany("INSERT INTO bookings VALUES (?, ?, ?, ?, '', NULL)", taken)
    gone = talk.say("yes")
    assert gone.keys == ["slots_none"] and not gone.of("handoff")
    assert talk.slots["task"] is None


def test_coming_in_without_a_postcode(talk: Talk) -> None:
    talk.say("come in", "face_to_face")
    main = talk.say("skip", "skip")
    assert main.keys == ["place_main", "ask_appointment"]
    assert talk.say("no").keys == ["come_in_done"]


def test_step_free_is_kept_for_the_appointment(talk: Talk) -> None:
    noted = talk.say("i use a wheelchair", "adjustment")
    assert noted.keys[0] == "adjustment_step_free"
    assert noted.of("circumstances")[0]["adjustments"] == ["step_free"]
    talk.say("come in", "face_to_face")
    talk.say(POSTCODE)
    slots = talk.say("yes")
    assert slots.keys == ["slots_with_needs", "ask_slot"]
    assert "10:00" in slots.titles[0]
    assert "14:00" in slots.titles[1]


def test_bin_days_with_source_and_time(talk: Talk) -> None:
    assert talk.say("when is my bin day", "service_bin_collection").keys == ["ask_postcode_bins"]
    days = talk.say("sy12as")
    assert days.keys == ["bin_days", "ask_missed"]
    assert "General waste: " in days.text
    assert "23/11/2026 10:00" in days.text
    assert talk.say("no").keys == ["anything_else"]
    again = talk.say("recycling day?", "service_bin_collection")
    assert again.keys == ["bin_days", "ask_missed"]


def test_a_missed_bin_goes_straight_to_the_report(talk: Talk) -> None:
    talk.say("you missed my bin again", "service_bin_collection")
    asked = talk.say(POSTCODE)
    assert asked.keys == ["bin_days", "council_notice", "ask_council_question"]
    assert "5pm" in asked.text
    for answer in ("general waste", "skip", "4 Castle Gates", "skip", "skip"):
        review = talk.say(answer)
    assert review.keys == ["form_review"]
    assert talk.say("yes").of("case")[0]["service_code"] == "MISSED_BIN"
    [held] = talk.requests()
    assert held["address"] == "4 Castle Gates, SY1 2AS"


@pytest.mark.parametrize("mode", ["down", "wrong", "slow"])
def test_bin_days_that_cannot_be_trusted_are_not_given(talk_with: Start, mode: str) -> None:
    talk = talk_with(patience=HASTY if mode == "slow" else PATIENT)
    talk.fault("bins", mode)
    talk.say("bin day", "service_bin_collection")
    unsure = talk.say(POSTCODE)
    assert unsure.keys == ["bins_unsure", "ask_missed"]
    assert "http" in unsure.text
    assert "0345" in unsure.text
    assert "/human" in unsure.payloads


def test_a_postcode_without_bins(talk: Talk) -> None:
    talk.say("bin day", "service_bin_collection")
    assert talk.say("ZZ9 9ZZ").keys == ["postcode_no_bins", "ask_postcode_bins"]


def test_libraries_near(talk: Talk) -> None:
    talk.say("nearest library", "service_library")
    assert talk.say(POSTCODE).keys == ["places_near", "anything_else"]
    talk.fault("places", "down")
    failed = talk.say("another library", "service_library")
    assert failed.keys[0] == "error_council_down"
    assert failed.of("handoff")


def test_links_say_what_they_are(talk: Talk) -> None:
    said = talk.say("council tax bill", "service_council_tax_bill")
    assert said.keys in (["link_page"], ["link_homepage"])
    assert "http" in said.text
    assert {"/human", "/face_to_face", "/why"} <= set(said.payloads)


def test_why_is_answered_with_the_reasons(talk: Talk) -> None:
    assert talk.say("why", "why").keys == ["why_nothing_yet"]
    talk.say("i am being evicted", "service_homelessness")
    why = talk.say("why", "why")
    assert why.keys == ["why_reasons"]
    assert "best talked through with a person" in why.text
    assert "cannot wait" in why.text


def test_why_in_a_form_goes_back_to_the_question(talk: Talk) -> None:
    talk.say("pothole", "service_pothole")
    assert talk.say("/why").keys == ["why_reasons", "ask_where"]


def test_a_barrier_in_a_form_brings_a_person_who_knows_the_answers(talk: Talk) -> None:
    _report(talk, POSTCODE, "by the library")
    noted = talk.say("i havent got internet at home", "digital_barrier")
    assert noted.keys == ["barrier_noted", "route_assisted_talk_to_person"]
    assert noted.of("circumstances")[0]["barriers"] == ["no_internet"]
    [handoff] = noted.of("handoff")
    assert handoff["reasons"] == ["barrier_no_internet"]
    assert handoff["summary"]["Near"] == "by the library"
    assert noted.of("route")[0]["channel"] == "assisted"


def test_a_person_is_granted_at_once(talk: Talk) -> None:
    person = talk.say("can i talk to someone", "human")
    assert person.of("handoff")
    assert person.of("route")[0]["reasons"] == ["citizen_asked_assisted"]


def test_when_closed_a_call_back_or_a_message(talk_with: Start) -> None:
    closed = Availability(contact_centre_open=False, next_open="Monday 09:00")
    talk = talk_with(availability=closed)
    assert talk.say("a person please", "human").keys == ["ask_phone"]
    assert "Monday 09:00" in talk.say("07700 900123").text
    talk = talk_with(availability=closed)
    message = talk.say("i use bsl", "adjustment")
    assert message.keys == [
        "adjustment_bsl",
        "passport_offer_web",
        "route_assisted_leave_message",
    ]
    assert "Monday 09:00" in message.text


def test_when_it_opens_next_is_said_in_the_citizens_language(talk_with: Start) -> None:
    talk = talk_with(language="pl", medium="sms")
    talk.availability = Availability(contact_centre_open=False, next_open="Monday 09:00")
    talk.say("opieka", "service_care_assessment")
    done = talk.say("tak")
    assert "poniedziałek 09:00" in done.text.lower() and "Monday" not in done.text


def test_something_else_clears_the_task(talk: Talk) -> None:
    _report(talk, POSTCODE)
    menu = talk.say("/something_else")
    assert menu.keys == ["something_else"]
    assert "/service_bin_collection" in menu.payloads
    assert talk.slots["task"] is None
    assert menu.of("circumstances")[0]["asked_channel"] is None


def test_not_understood_once_and_twice(talk: Talk) -> None:
    ranking = (("service_pothole", 0.3), ("human", 0.2), ("service_library", 0.1))
    once = talk.say("blah", "nlu_fallback", 0.3, ranking)
    assert once.keys == ["did_you_mean"]
    assert once.payloads[:2] == ["/service_pothole", "/service_library"]
    assert once.of("misunderstood")
    talk.circumstances = Circumstances(failed_turns=1)
    twice = talk.say("blah blah", "nlu_fallback", 0.3, ranking)
    assert twice.keys == ["misunderstood_twice"]
    assert twice.of("misunderstood")
    assert twice.of("handoff")[0]["reasons"] == ["unsure_failed_turns"]


def test_language(talk: Talk) -> None:
    _report(talk, POSTCODE)
    welsh = talk.say("cymraeg os gwelwch yn dda", "change_language")
    assert welsh.of("language") == [{"type": "language", "language": "cy"}]
    assert {one["lang"] for one in welsh.said} == {"cy"}
    assert welsh.keys == ["language_changed", "ask_spot"]
    assert "Siarad â pherson" in welsh.titles
    other = talk.say("sbaeneg neu spanish", "change_language")
    assert other.keys == ["language_not_yet", "ask_spot"]
    english = talk.say("ENGLISH", "change_language")
    assert {one["lang"] for one in english.said} == {"en"}


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_every_language_we_have_can_be_chosen_and_left(talk: Talk, language: str) -> None:
    name = talk.council_languages[language]
    chosen = talk.say(name, "change_language")
    assert chosen.of("language") == [{"type": "language", "language": language}]
    assert {one["lang"] for one in chosen.said} == {language}
    assert "ENGLISH" in chosen.text
    back = talk.say("/change_language")  # what the turn makes of ENGLISH alone
    assert back.of("language") == [{"type": "language", "language": "en"}]


def test_a_language_that_nobody_names_is_asked_for(talk: Talk) -> None:
    asked = talk.say("can i change the language", "change_language")
    assert asked.keys == ["language_which", "what_do_you_need"]
    assert "Cymraeg" in asked.text and not asked.of("language")


@pytest.mark.parametrize(
    ("matter", "key", "words"),
    [
        ("passport", "elsewhere", "HM Passport Office"),
        ("police", "elsewhere", "101"),
        ("utilities", "elsewhere_utilities", "0800 111 999"),
    ],
)
def test_what_another_body_does(talk: Talk, matter: str, key: str, words: str) -> None:
    heard = talk.say("blah", f"elsewhere_{matter}")
    assert heard.keys == [key]
    assert words in heard.text and "https://" in heard.text
    assert {"/human", "/face_to_face"} <= set(heard.payloads)
    assert not heard.of("misunderstood")


def test_another_bodys_matter_inside_a_form_and_one_of_tomorrow(talk: Talk) -> None:
    _report(talk, POSTCODE, "by the door")
    aside = talk.say("how do i renew my passport", "elsewhere_passport")
    assert aside.keys[0] == "elsewhere" and len(aside.keys) == 2
    talk.slots["task"] = None
    assert talk.say("blah", "elsewhere_moon").keys == ["out_of_scope"]


def test_a_pothole_in_ukrainian_words(talk_with: Start) -> None:
    talk = talk_with(language="uk")
    talk.say("яма на дорозі", "service_pothole")
    talk.say(POSTCODE)
    talk.say("біля бібліотеки")
    [position] = talk.say("2").said  # the council has it in English and Welsh only
    langs = {button["payload"]: button.get("lang") for button in position["buttons"]}
    assert (position["lang"], langs["/skip"], langs["/human"]) == ("en", "uk", "uk")
    for answer in ("пропустити", "біля дверей", "пропустити", "пропустити"):
        review = talk.say(answer)
    assert review.keys == ["form_review"] and review.said[0]["lang"] == "uk"
    done = talk.say("так")
    assert done.keys[0] == "report_done"
    assert len(talk.requests()) == 1


@pytest.mark.parametrize(
    ("text", "key"),
    [("i want to kill myself", "safety_suicide"), ("i am not ok at all", "safety_crisis")],
)
def test_danger_that_rasa_heard(talk: Talk, text: str, key: str) -> None:
    danger = talk.say(text, "crisis")
    assert danger.keys == [key, "route_assisted_urgent_person"]
    assert "116 123" in danger.text
    [handoff] = danger.of("handoff")
    assert (handoff["team"], handoff["urgency"], handoff["way"]) == (
        "safeguarding",
        "urgent",
        "urgent_person",
    )


def test_a_report_can_be_looked_up(talk: Talk) -> None:
    _report(talk, *_ENGLISH)
    reference = talk.say("yes").of("case")[0]["reference"]
    known = talk.say("how is my report going", "status")
    assert known.keys == ["report_open", "ask_tell_me"] and reference in known.text
    assert talk.say("no").keys == ["anything_else"]
    talk.slots["known"] = {}
    assert talk.say("how is my report going", "status").keys == ["ask_reference"]
    assert talk.say("999").keys == ["reference_unknown", "ask_reference"]
    assert talk.say(reference).keys == ["report_open", "ask_tell_me"]
    assert talk.say(f"report {reference}?", "status").keys == ["report_open", "ask_tell_me"]


ELSEWHERE_IN_NUMBERS = [
    "any news on my pothole from 2 days ago?",
    "i told you 3 weeks ago, what now",
    "what about my report 2 weeks ago",
    "the pothole on the A49 by number 12",
    "the one at SY1 2AS",
    "any news? ring me on 07700 900123",
    "since mid-2026 nothing, i paid £12500 of tax",
    "a oes newyddion am fy adroddiad 2 wythnos yn ôl",
    "moje zgłoszenie 2 tygodnie temu",
    "میری رپورٹ ۲ ہفتے پہلے",
    "报告 2 天前",
]


def _neighbours_report(talk: Talk, how_many: int) -> None:
    hole = {"service_code": "POTHOLE", "lat": "52.6", "long": "-2.6", "attribute[size]": "small"}
    for _ in range(how_many):
        talk.council("POST", "/open311/v2/requests.json", data=hole)


@pytest.mark.parametrize("text", ELSEWHERE_IN_NUMBERS)
def test_a_number_that_is_no_reference_shows_nobody_elses_report(talk: Talk, text: str) -> None:
    _neighbours_report(talk, 3)
    _report(talk, *_ENGLISH)
    assert talk.say("yes").of("case")[0]["reference"] == "4"
    own = talk.say(text, "status")
    assert own.keys == ["report_open", "ask_tell_me"] and "Report 4 " in own.text
    talk.say("no")
    talk.slots["known"] = {}
    assert talk.say(text, "status").keys == ["ask_reference"]


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("how is report 1", ()),
        ("reference number: 1?", ()),
        ("zgłoszenie nr 1", ()),
        ("звернення №1", ()),
        ("رپورٹ نمبر ۱", ()),
        ("البلاغ رقم ١", ()),
        ("রিপোর্ট নম্বর ১", ()),
        ("编号１", ()),
        ("what of my pothole", (("case_reference", "1"),)),
    ],
)
def test_a_reference_that_is_named_is_looked_up(
    talk: Talk, text: str, entities: tuple[tuple[str, str], ...]
) -> None:
    _neighbours_report(talk, 1)
    _report(talk, *_ENGLISH)
    talk.say("yes")
    assert "Report 1 " in talk.say(text, "status", entities=entities).text


@pytest.mark.parametrize("said", ["1", "it is 1 i think", "۱", "１", "i told you 3 days ago: 1"])
def test_asked_for_the_reference_a_bare_number_is_one(talk: Talk, said: str) -> None:
    _report(talk, *_ENGLISH)
    talk.say("yes")
    talk.slots["known"] = {}
    talk.say("how is my report going", "status")
    assert talk.say(said).keys == ["report_open", "ask_tell_me"]


def test_bulky_waste_gets_a_token_and_shows_no_neighbours(talk: Talk) -> None:
    for _ in range(2):
        talk.say("sofa to go", "service_bulky_waste")
        near = talk.say(POSTCODE)
        assert near.keys == ["ask_spot"]
        for answer in ("4 Castle Gates", "sofa", "2", "skip", "skip", "skip"):
            review = talk.say(answer)
        assert review.keys == ["form_review"]
        done = talk.say("yes")
        assert done.of("case")[0]["reference"]


@pytest.mark.parametrize(
    ("intent", "key"),
    [
        ("greet", "greet_back"),
        ("thanks", "thanks_back"),
        ("goodbye", "goodbye_back"),
        ("are_you_human", "are_you_human"),
        ("help", "help"),
        ("out_of_scope", "out_of_scope"),
        ("affirm", "nothing_open"),
    ],
)
def test_small_talk_leaves_every_way_open(talk: Talk, intent: str, key: str) -> None:
    said = talk.say("hm", intent)
    assert said.keys == [key]
    assert {"/human", "/face_to_face", "/something_else"} <= set(said.payloads)


def _asked_how_big_in_welsh(talk_with: Start) -> Talk:
    talk = talk_with(language="cy")
    talk.say("twll yn y ffordd", "service_pothole")
    talk.say("ger Heol y Bont yn Nhrefyclo")
    return talk


def test_a_word_that_answers_a_form_changes_no_language(talk_with: Start) -> None:
    talk = _asked_how_big_in_welsh(talk_with)
    said = talk.say("canolig", "change_language", 0.21)
    assert not said.of("language") and talk.slots["task"] is not None


def test_danger_in_a_form_still_interrupts_it(talk_with: Start) -> None:
    assert (
        _asked_how_big_in_welsh(talk_with)
        .say("mae hi'n fy mrifo i", "crisis_abuse", 0.5)
        .of("handoff")
    )
    assert _asked_how_big_in_welsh(talk_with).say("stabbed", "crisis_abuse", 0.5).of("handoff")
    assert _asked_how_big_in_welsh(talk_with).say("他打我", "crisis_abuse", 0.5).of("handoff")


def test_a_language_that_nobody_named_is_asked_for(talk_with: Start) -> None:
    said = talk_with(language="cy").say("allwn ni newid iaith", "change_language", 0.9)
    assert said.keys[0] == "language_which" and not said.of("language")


def test_on_sms_a_number_answers_the_question_not_a_button(talk_with: Start) -> None:
    talk = talk_with(medium="sms")
    asked = talk.say("sofa", "service_bulky_waste")
    assert asked.payloads == []
    assert asked.keys[-1] == "sms_other_ways"
    for answer in (POSTCODE, "4 Castle Gates", "sofa"):
        count = talk.say(answer)
    assert count.payloads == []
    assert "PERSON" in count.text


def test_a_form_of_another_version_is_dropped_kindly(talk: Talk) -> None:
    talk.slots["task"] = {"version": 0, "task": "gone"}
    assert talk.say("pothole", "service_pothole").keys[-1] == "ask_where"


def test_a_house_in_the_first_message_is_said_back_and_not_asked_for(talk: Talk) -> None:
    named = (("address", "12 mill lane"),)
    first = talk.say("pothole outside 12 mill lane", "service_pothole", entities=named)
    assert first.keys == ["report_start", "heard_also", "council_notice", "ask_council_question"]
    assert "12 mill lane" in first.text
    talk.slots["task"] = None
    both = talk.say("hole at 12 mill lane SY1 2AS", "service_pothole", entities=named)
    assert both.keys == ["report_start", "council_notice", "ask_council_question"]
    assert talk.slots["task"]["given"]["where"]["value"] == "12 mill lane, SY1 2AS"


def test_a_road_alone_is_kept_and_only_the_postcode_asked_for(talk: Talk) -> None:
    named = (("address", "High Street"),)
    assert talk.say("pothole on High Street", "service_pothole", entities=named).keys[-1] == (
        "ask_where"
    )
    assert talk.say(POSTCODE).keys == ["ask_council_question"]
    assert talk.slots["task"]["given"]["spot"]["value"] == "High Street"


@pytest.mark.parametrize("said", ["yes", "yes please", "okay", "yeah", "no thanks", "/affirm"])
def test_a_yes_is_no_place(talk: Talk, said: str) -> None:
    assert _report(talk, said).keys[-2:] == ["invalid_place", "ask_where"]
    assert _report(talk, POSTCODE, said).keys[-2:] == ["invalid_place", "ask_spot"]


_SENDS = [
    ("en", "yes thank you"), ("en", "yes please send it"), ("en", "yes that is right"),
    ("en", "looks good"), ("cy", "ydy diolch"), ("pl", "tak, dziękuję"),
    ("pl", "wszystko się zgadza, proszę wysłać"), ("ro", "da, totul e corect, mulțumesc"),
    ("pt", "sim, está tudo certo, obrigada"), ("uk", "так, все правильно, дякую"),
    ("ur", "جی ہاں، بھیج دیں شکریہ"), ("ur-Latn", "haan sab theek hai, bhej dein"),
    ("ar", "نعم، كل شيء صحيح، شكرا"), ("bn", "হ্যাঁ, সব ঠিক আছে, ধন্যবাদ"),
    ("pa", "ਹਾਂ ਜੀ, ਸਭ ਠੀਕ ਹੈ, ਧੰਨਵਾਦ"), ("so", "haa, waa sax, mahadsanid"),
    ("zh", "是的，没问题，谢谢"),
]  # fmt: skip


def _at_review(talk_with: Start, language: str = "en") -> Talk:
    talk = talk_with()
    assert _report(talk, *_ENGLISH).keys == ["form_review"]
    talk.language = language
    return talk


@pytest.mark.parametrize(("language", "said"), _SENDS)
def test_a_yes_in_ones_own_words_sends_the_report(
    talk_with: Start, language: str, said: str
) -> None:
    talk = _at_review(talk_with, language)
    assert talk.say(said, "thanks").keys[0] == "report_done"
    assert len(talk.requests()) == 1


def test_what_the_button_says_sends_the_report_in_every_language(talk_with: Start) -> None:
    talk = _at_review(talk_with)
    review = dict(talk.slots)
    for language in LANGUAGES:
        talk.slots, talk.language = dict(review), language
        title = talk.replies.say("button_send", language, "web")
        assert talk.say(title).keys[0] == "report_done"


@pytest.mark.parametrize(
    "said", ["yes but the street is wrong", "yes, is that right?", "please correct", "thank you"]
)
def test_a_yes_with_more_to_it_sends_nothing(talk_with: Start, said: str) -> None:
    talk = _at_review(talk_with)
    assert "report_done" not in talk.say(said).keys
    assert talk.requests() == []


def test_a_yes_to_what_was_not_understood_sends_the_report(talk_with: Start) -> None:
    talk = _at_review(talk_with)
    assert talk.say("that would be lovely").keys[-1] == "form_which"
    assert talk.say("yes").keys[0] == "report_done"


def test_a_yes_instead_of_a_change_is_read_everything_once_more(talk_with: Start) -> None:
    talk = _at_review(talk_with)
    assert talk.say("no, Bob").keys == ["correction_which", "form_which"]
    assert talk.say("yes").keys == ["form_review"]
    assert talk.requests() == []
    assert talk.say("yes").keys[0] == "report_done"


def test_who_is_stuck_at_the_review_is_offered_a_person(talk_with: Start) -> None:
    talk = _at_review(talk_with)
    talk.say("no")
    for _ in range(3):
        stuck = talk.say("purple")
    assert stuck.keys == ["invalid_which", "form_stuck", "form_which"]


_WISHES = [
    ("en", "I want to change the location"), ("en", "yes but the street is wrong"),
    ("cy", "dw i am newid y lleoliad"), ("pl", "chcę zmienić miejsce"),
    ("pt", "quero mudar o sítio"), ("ro", "vreau să schimb locul"), ("uk", "адреса неправильна"),
    ("ur", "جگہ غلط ہے"), ("ur-Latn", "jagah ghalat hai"), ("ar", "العنوان خاطئ"),
    ("bn", "ঠিকানা ভুল আছে"), ("pa", "ਪਤਾ ਗਲਤ ਹੈ"), ("so", "waxaan rabaa inaan beddelo goobta"),
    ("zh", "地址错了"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "said"), _WISHES)
def test_the_wish_to_change_an_answer_is_no_answer(
    talk_with: Start, language: str, said: str
) -> None:
    talk = _at_review(talk_with, language)
    before = talk.slots["task"]["given"]
    assert talk.say(said).keys == ["form_which"]
    assert talk.slots["task"]["given"] == before
    assert talk.say("1").keys == ["ask_where"]
    talk.language = "en"
    talk.say("SY1 1AA")
    talk.say("yes")
    for sent in talk.requests():
        assert said not in str(sent)


def test_what_a_change_names_is_asked_again(talk_with: Start) -> None:
    talk = _at_review(talk_with)
    assert talk.say("my name is wrong", "service_council_tax_bill").keys == ["ask_name"]
    assert talk.say("Bob").keys == ["form_review"]
    assert talk.say("the name should be Ann").keys == ["ask_name"]
    assert "Name: Ann" in talk.say("Ann").text
    talk.say("no")
    assert talk.say("the phone").keys == ["ask_phone_optional"]
    talk.say("07700 900456")
    assert "07700 900789" in talk.say("the phone is wrong, 07700 900789").text
    talk.language = "pl"
    assert talk.say("zmień telefon").keys == ["ask_phone_optional"]


def test_words_that_were_not_understood_are_never_filed(talk_with: Start) -> None:
    talk = _at_review(talk_with)
    assert talk.say("that would be lovely").keys == ["invalid_review", "form_which"]
    assert talk.say("6").keys == ["ask_name"]
    assert talk.say("Ann").keys == ["form_review"]
    assert talk.say("that would be lovely").keys == ["invalid_review", "form_which"]
    assert talk.say("no").keys == ["form_which"]
    assert talk.say("no").keys == ["form_review"]


@pytest.mark.parametrize(
    ("language", "said", "kept"),
    [("en", "yes but Bob", "Bob"), ("pl", "nie, Robert", "Robert"), ("zh", "不，李明", "李明")],
)
def test_a_correction_after_a_no_is_kept(
    talk_with: Start, language: str, said: str, kept: str
) -> None:
    talk = _at_review(talk_with, language)
    assert talk.say(said).keys == ["correction_which", "form_which"]
    assert kept in talk.say("6").text


def test_a_sure_barrier_at_the_review_is_heard_whatever_it_names(talk_with: Start) -> None:
    talk = _at_review(talk_with)
    noted = talk.say("something is wrong, i cant use the phone", "digital_barrier")
    assert noted.keys[0] == "barrier_noted"


_NOES = [
    ("en", "no thanks"), ("en", "No"), ("en", "/deny"), ("cy", "na"), ("cy", "dim diolch"),
    ("pl", "nie"), ("pt", "não, obrigado"), ("ro", "nu"), ("uk", "ні"), ("ur", "نہیں"),
    ("ur-Latn", "nahi"), ("ar", "لا شكرا"), ("bn", "না"), ("pa", "ਨਹੀਂ ਜੀ"), ("so", "maya"),
    ("zh", "不用"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "said"), _NOES)
def test_a_no_leaves_out_what_may_be_left_out(talk_with: Start, language: str, said: str) -> None:
    talk = talk_with()
    assert _report(talk, *_ENGLISH[:-2]).keys == ["ask_name"]
    talk.language = language
    assert talk.say(said, "thanks").keys == ["ask_phone_optional"]
    assert talk.say(said, "thanks").keys == ["form_review"]
    given = talk.slots["task"]["given"]
    assert given["name"]["value"] is None and given["phone"]["value"] is None


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "i dont have one"), ("en", "n/a"), ("pl", "nie mam"), ("ur", "میرے پاس نہیں")],
)
def test_who_has_no_phone_leaves_it_out(talk_with: Start, language: str, said: str) -> None:
    talk = talk_with()
    _report(talk, *_ENGLISH[:-1])
    talk.language = language
    assert talk.say(said).keys == ["form_review"]


@pytest.mark.parametrize("name", ["Maya", "Nu", "No Hands Nigel", "Noor"])
def test_a_no_of_another_language_may_be_a_name(talk: Talk, name: str) -> None:
    _report(talk, *_ENGLISH[:-2])
    talk.say(name)
    assert talk.slots["task"]["given"]["name"]["value"] == name


def test_who_cannot_use_a_phone_is_heard_at_the_question_for_a_number(talk: Talk) -> None:
    _report(talk, *_ENGLISH[:-1])
    assert talk.say("i dont have one", "digital_barrier", 0.9).keys[0] == "barrier_noted"


def test_a_number_that_is_needed_is_not_left_out(talk: Talk) -> None:
    talk.say("care for my mum", "service_care_assessment")
    assert talk.say("no thanks").keys == ["invalid_phone", "ask_phone"]


def test_what_faintly_sounds_like_something_else_is_the_answer(talk: Talk) -> None:
    _report(talk, *_ENGLISH[:4])
    said = "there is something else next to it, a big crack"
    assert talk.say(said, "something_else", 0.25).keys != ["something_else"]
    assert said in str(talk.slots["task"]["given"])
    assert talk.say("i want something else", "something_else", 0.9).keys == ["something_else"]
    assert talk.slots["task"] is None


@pytest.mark.parametrize("heard_as", ["digital_barrier", "adjustment"])
def test_a_place_that_faintly_sounds_like_a_barrier_is_the_place(talk: Talk, heard_as: str) -> None:
    said = "outside the computer repair shop, Mardol"
    _report(talk)
    assert talk.say(said, heard_as, 0.25).keys[-1].startswith("ask_")
    assert talk.slots["task"]["given"]["where"]["shown"] == said
    _report(talk)
    sure = talk.say("the computer is beyond me", "digital_barrier", 0.9)
    assert sure.keys[0] == "barrier_noted"
    _report(talk)
    plain = talk.say("i havent got internet", "digital_barrier", 0.3)
    assert plain.keys[0] == "barrier_noted"


@pytest.mark.parametrize("said", ["how is my other report going?", "/status"])
def test_how_a_report_is_may_be_asked_inside_another_form(talk: Talk, said: str) -> None:
    _report(talk, *_ENGLISH[:-2])
    offer = talk.say(said, "status")
    assert offer.keys == ["switch_offer"]
    assert "how a report is" in offer.text
    assert talk.slots["task"]["given"].get("name") is None
    assert talk.say("no").keys == ["switch_declined", "ask_name"]
    talk.say(said, "status")
    assert talk.say("yes please").keys == ["ask_reference"]


def test_a_report_named_in_passing_is_looked_up(talk: Talk) -> None:
    _report(talk, *_ENGLISH)
    reference = talk.say("yes").of("case")[0]["reference"]
    _report(talk, POSTCODE, "by the library")
    assert talk.say(f"any news of {reference}", "status").keys == ["switch_offer"]
    found = talk.say("yes")
    assert reference in found.text and "ask_reference" not in found.keys


def test_faint_news_of_a_report_is_an_answer(talk: Talk) -> None:
    _report(talk, *_ENGLISH[:-2])
    assert talk.say("Newman", "status", 0.9).keys == ["ask_phone_optional"]


def test_what_asked_for_a_switch_need_not_be_said_again(talk: Talk) -> None:
    _report(talk, POSTCODE, "by the library")
    said = "my bin at SY1 2AS was not emptied yesterday"
    assert talk.say(said, "service_bin_collection").keys == ["switch_offer"]
    switched = talk.say("yes")
    assert "ask_postcode_bins" not in switched.keys
    assert talk.slots["task"]["given"]["postcode"]["value"] == POSTCODE
    assert talk.slots["task"]["notes"]["missed"]


def test_an_answer_mistaken_for_a_wish_need_not_be_typed_again(talk: Talk) -> None:
    _report(talk, *_ENGLISH[:4])
    asked, said = talk.slots["task"]["at"], "full of water"
    assert talk.say(said, "service_road_flooding").keys == ["switch_offer"]
    kept = talk.say("/deny")
    assert kept.keys[:2] == ["switch_declined", "heard_also"]
    assert said in kept.text
    assert talk.slots["task"]["given"][asked]["value"] == said


def test_a_question_in_passing_is_no_answer(talk: Talk) -> None:
    _report(talk, *_ENGLISH[:-2])
    assert talk.say("when are my bins?", "service_bin_collection").keys == ["switch_offer"]
    assert talk.say("no thanks").keys == ["switch_declined", "ask_name"]
