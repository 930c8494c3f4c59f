"""The path of one message, step by step."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import ConversationExpired, ConversationUnknown, MessageEmpty
from bot.handoff import ASSISTANT_DOWN, HandoffStatus, claim, wait_again
from bot.message import Button, Medium, Sender
from bot.need import Barrier, Channel
from bot.take_in import take_in
from bot.turn import handle_turn
from bot.turn_state import Topic
from bot.understanding import Answer, Said, Understanding
from channels.locks import ProcessLocks
from tests.turn_kit import Citizen, Closed, EchoReplies, ScriptedAssistant, turn_parts


@pytest.fixture
def assistant():
    return ScriptedAssistant()


@pytest.fixture
def citizen(assistant):
    return Citizen(turn_parts(assistant))


def test_the_greeting_says_who_it_is(citizen):
    assert [m.text for m in citizen.greeting] == ["[greeting](council=Test Council)"]


def test_an_ordinary_message_is_answered_and_recorded(citizen, assistant):
    assert citizen.says("when is my bin day") == ["answer to when is my bin day"]
    (record,) = citizen.records
    assert (record.turn, record.ending, record.intent) == (1, "answered_assistant", "greet")
    assert record.ms > 0


def test_safeguard_3_danger_is_answered_without_the_assistant(citizen, assistant):
    assistant.down = True
    said = citizen.says("i want to kill myself")
    assert said == ["[safety_suicide]", "[route_assisted_urgent_person]"]
    assert assistant.heard == []
    assert (citizen.handoff.team, citizen.handoff.urgency) == ("safeguarding", "urgent")
    assert citizen.records[0].ending == "safety_suicide"
    assert citizen.records[0].route_channel == "assisted"


def test_danger_makes_an_open_handoff_urgent_and_is_still_answered(citizen):
    citizen.says("can i speak to a person")
    assert citizen.says("my house is on fire") == ["[safety_danger_to_life]"]
    assert citizen.handoff.urgency == "urgent"
    assert "safety_danger_to_life" in citizen.handoff.reasons


def test_danger_in_welsh_is_answered_in_welsh(citizen):
    (reply, _) = citizen.sends("dwi eisiau marw")
    assert (reply.text, reply.lang) == ("[safety_suicide]", "cy")


def test_english_alone_brings_english_back(assistant):
    citizen = Citizen(turn_parts(assistant), language="cy")
    citizen.sends("ENGLISH")
    citizen.sends("is the form in english")
    assert assistant.heard == ["/change_language", "is the form in english"]


def test_in_english_the_word_is_left_to_the_assistant(citizen, assistant):
    citizen.sends("English")
    assert assistant.heard == ["English"]


def test_the_keyword_person_does_not_change_the_language(assistant):
    citizen = Citizen(turn_parts(assistant))
    made = Understanding(language="cy", intent="greet", kind="smalltalk", confidence=0.9)
    assistant.script = lambda text: Answer((Said("iawn", "cy"),), made)
    citizen.sends("mae fy min i'n llawn")
    (reply,) = citizen.sends("PERSON")
    assert (reply.text, reply.lang) == ("[route_assisted_talk_to_person]", "cy")


def test_a_plain_request_for_a_person_is_granted_at_once(citizen, assistant):
    (reply,) = citizen.sends("can i talk to a real person please")
    assert reply.text == "[route_assisted_talk_to_person]"
    assert reply.buttons == (Button("[button_something_else]", "/something_else"),)
    assert assistant.heard == []
    assert citizen.handoff.reasons == ("citizen_asked_assisted",)
    assert citizen.now.circumstances.asked_channel is Channel.ASSISTED
    assert citizen.records[0].asked_channel == "assisted"


def test_a_plain_request_goes_to_those_who_deal_with_what_was_spoken_of(assistant):
    """As one does that the assistant had to understand."""
    told = ({"type": "told", "summary": {"service": "pothole"}, "asking": True},)
    assistant.script = lambda text: Answer((Said("where?", "en"),), Understanding(), told)
    topics = {"pothole": Topic("highways", "soon")}
    citizen = Citizen(turn_parts(assistant, topic_of=topics.get))
    citizen.says("there is a pothole")
    citizen.says("can i talk to a real person please")
    assert (citizen.handoff.team, citizen.handoff.urgency) == ("highways", "soon")
    other = Citizen(turn_parts(assistant, topic_of=topics.get))
    other.says("can i talk to a real person please")
    assert (other.handoff.team, other.handoff.urgency) == ("contact_centre", "routine")


def test_out_of_hours_a_person_calls_back(assistant):
    citizen = Citizen(turn_parts(assistant, availability=Closed()))
    assert citizen.says("person") == ["[route_assisted_call_back](next_open=[weekday_0] 09:00)"]
    assert citizen.handoff.way == "call_back"


def test_a_plain_request_to_come_in_reaches_the_assistant_as_such(citizen, assistant):
    citizen.says("can i come in and see someone")
    assert assistant.heard == ["/face_to_face"]


def test_while_a_person_has_it_the_assistant_is_silent(citizen, assistant):
    citizen.says("person please")
    assert citizen.says("it is about my bin") == []
    assert citizen.says("are you there?") == ["[handoff_passed_on]"]
    assert assistant.heard == []
    assert [r.ending for r in citizen.records][1:] == ["handed_passed_on"] * 2


@pytest.mark.parametrize("text", ["why?", "pam?"])
def test_while_waiting_why_is_still_answered(assistant, text):
    class Known(EchoReplies):
        def has(self, key: str) -> bool:
            return True

    citizen = Citizen(turn_parts(assistant, replies=Known({})))
    citizen.says("person please")
    (said,) = citizen.says(text)
    assert "why_reasons" in said and "reason_citizen_asked_assisted" in said


def test_a_waiting_handoff_can_be_called_off(citizen, assistant):
    citizen.says("person please")
    (reply,) = citizen.sends("[button_something_else]")
    assert reply.text == "[handoff_withdrawn]" and len(reply.buttons) == 2
    assert citizen.handoff is None
    assert citizen.says("hello") == ["answer to hello"]


def test_a_claimed_handoff_cannot_be_called_off_by_a_button(citizen, assistant):
    citizen.says("person please")
    with citizen.parts.store.begin() as work:
        held = work.handoffs.open_of(citizen.conversation.id)
        work.handoffs.save(claim(held, "asha", held.asked_at), was=held)
        work.commit()
    assert citizen.says("[button_something_else]") == []
    assert citizen.handoff.claimed_by == "asha"


@pytest.mark.parametrize("text", ["😀😀", "...", "?!"])
def test_signs_without_words_are_asked_about(citizen, assistant, text):
    (reply,) = citizen.sends(text)
    assert reply.text == "[error_no_words]"
    assert {b.payload for b in reply.buttons} == {"/human", "/face_to_face"}
    assert assistant.heard == []


def test_a_message_that_is_too_long_is_kept_and_said_so(citizen, assistant):
    text = "x" * 10_000
    assert citizen.says(text) == ["[error_too_long](limit=2000)"]
    with citizen.parts.store.begin() as work:
        assert any(m.text == text for m in work.messages.of(citizen.conversation.id))
    assert assistant.heard == []


def test_danger_is_found_in_a_message_that_is_too_long(citizen):
    assert citizen.says("bla " * 2400 + "i want to die")[0] == "[safety_suicide]"


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u200b", "\x00\x07"])
def test_nothing_readable_is_refused_before_it_is_kept(citizen, text):
    with pytest.raises(MessageEmpty):
        take_in(citizen.parts, citizen.conversation.id, text)


def test_control_and_bidi_characters_are_taken_out(citizen, assistant):
    citizen.says("bin\u202e day\x00 \u200bplease<script>")
    assert assistant.heard == ["bin day please<script>"]


def test_f3_with_the_assistant_down_a_person_is_asked(citizen, assistant):
    assistant.down = True
    assert citizen.says("pothole") == ["[error_assistant_down](phone=0345 000 0000)"]
    assert citizen.handoff.reasons == ("error_assistant_down",)
    assert citizen.records[0].ending == "error_assistant_down"
    assert citizen.records[0].route_reasons == ("error_assistant_down",)


def test_f3_with_the_assistant_down_a_place_is_still_named(citizen, assistant):
    assistant.down = True
    said = citizen.says("can i come in")
    assert said == ["[face_to_face_without_assistant](place=Test Library)"]


def test_f3_with_the_assistant_back_what_was_missed_is_answered(citizen, assistant):
    assistant.down = True
    citizen.says("there is a pothole")
    assistant.down = False
    said = citizen.says("hello?")
    assert said == ["answer to there is a pothole", "answer to hello?"]
    assert citizen.handoff is None
    assert citizen.says("thanks") == ["answer to thanks"]


def test_f1_what_the_assistant_took_in_before_it_failed_is_not_told_it_twice(citizen, assistant):
    citizen.says("hello")
    asked = []
    really = assistant.ask
    assistant.ask = lambda conversation, message_id, *more, **rest: (
        asked.append(message_id) or really(conversation, message_id, *more, **rest)
    )
    assistant.down = True
    citizen.says("skip")
    citizen.says("it is deep")
    assistant.down = False
    citizen.says("yes")
    ids = list(dict.fromkeys(asked))
    assert len(ids) == 3 and asked[-3:] == ids  # each under its own name, in order


def test_f3_every_answer_of_a_long_outage_is_given_after_it(citizen, assistant):
    assistant.down = True
    answers = [f"answer number {n}" for n in range(12)]
    for each in answers:
        citizen.says(each)
    assistant.down = False
    assert citizen.says("yes") == [f"answer to {each}" for each in (*answers, "yes")]


def test_f3_on_the_web_help_in_an_outage_was_no_keyword_and_is_answered_after_it(
    citizen, assistant
):
    assistant.down = True
    citizen.says("help")
    assistant.down = False
    assert citizen.says("my bin") == ["answer to help", "answer to my bin"]


@pytest.mark.parametrize(("source", "told"), [("twilio", []), (None, ["answer to STOP"])])
def test_f3_a_stop_by_text_was_obeyed_in_the_outage_wherever_the_chat_goes_on(
    citizen, assistant, source, told
):
    assistant.down = True
    citizen.says("there is a pothole")
    take_in(citizen.parts, citizen.now.id, "STOP", provider=source, provider_id=source)
    assistant.down = False
    assert citizen.says("hello?") == ["answer to there is a pothole", *told, "answer to hello?"]


def test_f3_a_person_asked_for_in_an_outage_still_comes_when_it_is_over(citizen, assistant):
    assistant.down = True
    citizen.says("there is a pothole")
    citizen.says("can i talk to a person")
    assistant.down = False
    citizen.says("hello?")
    assert assistant.heard == []
    assert citizen.handoff.reasons == ("citizen_asked_assisted",)


def a_person_for(team, urgency):
    return (
        {"type": "circumstances", "asked_channel": None, "barriers": ["no_device"],
         "adjustments": []},
        {"type": "handoff", "team": team, "urgency": urgency, "way": "call_back",
         "reasons": ["need_relational"], "summary": {"service": team}},
    )  # fmt: skip


def granted(text):
    grants = {"i am losing my home": ("housing", "urgent"), "my mum needs care": ("care", "soon")}
    if text not in grants:
        return None
    return Answer((Said("a person comes", "en"),), Understanding(), a_person_for(*grants[text]))


@pytest.mark.parametrize(
    ("missed", "last"),
    [("i am losing my home", "hello?"), ("hello", "i am losing my home"),
     ("i am losing my home", "my mum needs care")],
)  # fmt: skip
def test_f3_a_person_granted_to_any_message_of_an_outage_comes(citizen, assistant, missed, last):
    assistant.script = granted
    assistant.down = True
    citizen.says(missed)
    asked_at = citizen.handoff.asked_at
    assistant.down = False
    assert "a person comes" in citizen.says(last)
    assert (citizen.handoff.team, citizen.handoff.urgency) == ("housing", "urgent")
    assert citizen.handoff.way == "call_back" and citizen.handoff.asked_at == asked_at
    assert citizen.handoff.summary["service"] == "housing"
    assert citizen.now.circumstances.barriers == {Barrier.NO_DEVICE}


REVIEW = (Button("Yes, send it", "/affirm"), Button("No, change something", "/deny"))


def at_the_review(text):
    asked = Answer((Said("is this right?", "en", REVIEW),), Understanding())
    return asked if text == "bins" else None


@pytest.mark.parametrize(
    ("medium", "said", "sent"),
    [
        (Medium.WEB, "/affirm", "/affirm"),
        (Medium.WEB, "yes, send it", "/affirm"),
        (Medium.SMS, "1", "/affirm"),
        (Medium.SMS, "۲", "/deny"),
        (Medium.WEB, "/restart", "restart"),
    ],
)
def test_f3_a_choice_made_in_an_outage_is_that_choice_after_it(assistant, medium, said, sent):
    citizen = Citizen(turn_parts(assistant), medium)
    assistant.script = at_the_review
    citizen.says("bins")
    assistant.down = True
    citizen.says(said)
    citizen.says("1")  # nothing is on offer any more
    assistant.down = False
    citizen.says("hello?")
    assert assistant.heard == ["bins", sent, "1", "hello?"]


def test_f3_a_choice_answered_without_the_assistant_is_not_put_to_it_later(assistant, citizen):
    got = (Button("Yes", "/got_yes"), Button("No", "/got_no"))
    asked = replace(citizen.greeting[0], id="asked", text="Did you get it?", buttons=got)
    with citizen.parts.store.begin() as work:
        work.messages.add(replace(asked, sender=Sender.SYSTEM))
        work.commit()
    assistant.down = True
    assert citizen.says("/got_yes") == ["[closing_thanks]"]
    citizen.says("pothole")
    assistant.down = False
    citizen.says("hello?")
    assert assistant.heard == ["pothole", "hello?"]


def test_f1_messages_that_came_later_have_a_turn_of_their_own(citizen, assistant):
    assistant.down = True
    first, second, third = (
        take_in(citizen.parts, citizen.conversation.id, text, None).message
        for text in ("one", "two", "three")
    )
    handle_turn(citizen.parts, first)
    assistant.down = False
    said = [handle_turn(citizen.parts, message).said for message in (second, third)]
    assert [[m.text for m in each] for each in said] == [
        ["answer to one", "answer to two"],
        ["answer to three"],
    ]
    assert assistant.heard == ["one", "two", "three"]


def test_a_number_chooses_from_what_was_offered_before_it(assistant):
    citizen = Citizen(turn_parts(assistant), medium=Medium.SMS)
    offered = (Button("Yes", "/affirm"), Button("Something else", "/something_else"))
    assistant.script = lambda text: Answer((Said("sure?", "en", offered),), Understanding())
    citizen.says("bins")
    chosen = take_in(citizen.parts, citizen.conversation.id, "2", None).message
    take_in(citizen.parts, citizen.conversation.id, "thanks", None)
    handle_turn(citizen.parts, chosen)
    assert assistant.heard[-1] == "/something_else"


def test_after_days_of_silence_a_message_still_reaches_the_person_who_has_the_case(citizen):
    citizen.says("person please")
    case = citizen.handoff.id
    citizen.parts.clock.moment += timedelta(days=3)
    citizen.says("please ring after 10")
    assert citizen.handoff.id == case
    assert citizen.records[-1].ending == "handed_passed_on"


def test_after_a_day_of_silence_with_no_case_it_is_over(citizen):
    citizen.says("bins")
    citizen.parts.clock.moment += timedelta(days=3)
    with pytest.raises(ConversationExpired):
        citizen.says("bins")


def test_f3_danger_in_an_outage_is_not_answered_a_second_time(citizen, assistant):
    assistant.down = True
    citizen.says("there is a pothole")
    citizen.says("i can smell gas")
    assistant.down = False
    citizen.says("hello?")
    assert "i can smell gas" not in assistant.heard


def test_what_was_told_goes_to_the_agent_with_a_plain_request(citizen, assistant):
    told = ({"type": "told", "summary": {"Postcode": "SY1 2AS", "service": "pothole"}},)
    assistant.script = lambda text: Answer((Said("where?", "en"),), Understanding(), told)
    citizen.says("pothole at SY1 2AS")
    citizen.says("can i talk to a person")
    assert citizen.handoff.summary == {"Postcode": "SY1 2AS", "service": "pothole"}


def test_f3_a_second_outage_message_makes_no_second_handoff(citizen, assistant):
    assistant.down = True
    citizen.says("one")
    first = citizen.handoff.id
    citizen.says("two")
    assert citizen.handoff.id == first


def not_understood(text):
    return Answer(
        (Said("what?", "en"),), Understanding(fallback=True), ({"type": "misunderstood"},)
    )


def test_two_misunderstandings_in_a_row_bring_a_person(assistant, citizen):
    assistant.script = not_understood
    assert citizen.says("blorp") == ["what?"]
    assert citizen.handoff is None
    assert citizen.says("flerp") == ["what?", "[misunderstood_twice]"]
    assert citizen.handoff is not None
    assert [r.misunderstood for r in citizen.records] == [True, True]


def test_an_understood_turn_resets_the_count(assistant, citizen):
    assistant.script = lambda text: not_understood(text) if "orp" in text else None
    citizen.says("blorp")
    citizen.says("bins")
    citizen.says("blorp")
    assert citizen.handoff is None
    assert citizen.now.circumstances.failed_turns == 1


def test_what_the_actions_report_is_kept(assistant, citizen):
    events = (
        {"type": "circumstances", "asked_channel": None, "barriers": ["no_data"],
         "adjustments": []},
        {"type": "route", "channel": "assisted", "way": "call_back", "reasons": ["barrier_no_data"],
         "alternatives": [], "policy_version": "v1"},
        {"type": "handoff", "team": "highways", "urgency": "soon", "way": "call_back",
         "reasons": ["barrier_no_data"], "summary": {"postcode": "SY1 2AS"},
         "contact": {"phone": "+447700900123"}},
    )  # fmt: skip
    assistant.script = lambda text: Answer((Said("ok", "en"),), Understanding(), events)
    citizen.says("i have no data")
    assert (citizen.handoff.team, citizen.handoff.way) == ("highways", "call_back")
    assert citizen.handoff.contact == {"phone": "+447700900123"}
    (record,) = citizen.records
    assert (record.route_channel, record.policy_version) == ("assisted", "v1")
    assert record.barriers == ("no_data",)


def test_the_chosen_language_stays(assistant):
    citizen = Citizen(turn_parts(assistant), language="cy")
    made = Understanding(language="en")
    assistant.script = lambda text: Answer((Said("ok", "cy"),), made)
    citizen.says("bins")
    assert citizen.now.language == "cy"
    changed = ({"type": "language", "language": "en"},)
    assistant.script = lambda text: Answer((Said("ok", "en"),), made, changed)
    citizen.says("english please")
    assert (citizen.now.language, citizen.now.language_chosen) == ("en", True)


def test_a_choice_is_shown_as_its_title_and_sent_as_its_payload(assistant, citizen):
    offered = (Button("Report a pothole", "/service_pothole"), Button("Bins", "/service_bin"))
    made = Understanding()
    assistant.script = lambda text: Answer((Said("which?", "en", offered),), made)
    citizen.says("hi")
    citizen.sends("/service_pothole")
    assert assistant.heard[-1] == "/service_pothole"
    with citizen.parts.store.begin() as work:
        texts = [m.text for m in work.messages.of(citizen.conversation.id)]
    assert "Report a pothole" in texts and "/service_pothole" not in texts


def test_a_number_chooses_by_text_message_but_not_on_the_web(assistant):
    offered = (Button("Report a pothole", "/service_pothole"), Button("Bins", "/service_bin"))
    assistant.script = lambda text: Answer((Said("which?", "en", offered),), Understanding())
    for medium, heard in ((Medium.SMS, "/service_bin"), (Medium.WEB, "2")):
        citizen = Citizen(turn_parts(assistant), medium)
        citizen.says("hi")
        citizen.says("2")
        assert assistant.heard[-1] == heard


def test_inner_commands_cannot_be_typed(assistant, citizen):
    citizen.says("/restart")
    citizen.says("/session_start{}")
    assert assistant.heard == ["restart", "session_start{}"]


def test_f2_a_message_sent_twice_is_answered_once(assistant, citizen):
    first = citizen.sends("bins", client_id="c1")
    again = citizen.sends("bins", client_id="c1")
    assert [m.id for m in again] == [m.id for m in first]
    assert assistant.heard == ["bins"] and len(citizen.records) == 1


def test_f2_a_button_pressed_twice_is_answered_once_though_its_title_is_kept(assistant, citizen):
    asked = Answer((Said("Shall I?", "en", (Button("Yes, do", "/affirm"),)),))
    assistant.script = lambda text: asked if text == "hello" else Answer((Said("Done", "en"),))
    citizen.sends("hello")
    first = citizen.sends("/affirm", client_id="c1")
    again = citizen.sends("/affirm", client_id="c1")
    assert [m.id for m in again] == [m.id for m in first]
    assert assistant.heard == ["hello", "/affirm"]


def test_f2_a_message_handled_at_the_same_time_is_answered_once(assistant, citizen):
    taken = take_in(citizen.parts, citizen.conversation.id, "bins")
    threads = [
        threading.Thread(target=handle_turn, args=(citizen.parts, taken.message)) for _ in range(5)
    ]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert assistant.heard == ["bins"] and len(citizen.records) == 1


def test_sms_replies_go_to_the_outbox_together(assistant):
    citizen = Citizen(turn_parts(assistant), Medium.SMS)
    said = citizen.sends("i want to die")
    with citizen.parts.store.begin() as work:
        now = citizen.parts.clock.now()
        (parcel,) = work.outbox.lease("sms", now, now, 10)
    assert parcel.payload["message_ids"] == [m.id for m in said]


def test_an_unknown_or_ended_conversation_takes_nothing_in(citizen):
    with pytest.raises(ConversationUnknown):
        take_in(citizen.parts, "nobody", "hello")
    with citizen.parts.store.begin() as work:
        old = replace(citizen.now, last_at=citizen.now.last_at - timedelta(days=2))
        work.conversations.save(old)
        work.commit()
    with pytest.raises(ConversationExpired):
        citizen.sends("hello")


def test_a_handoff_claimed_while_the_turn_ran_is_left_with_the_agent(assistant, citizen):
    assistant.down = True
    citizen.says("there is a pothole")
    assistant.down = False

    def claimed_meanwhile(text):
        with citizen.parts.store.begin() as work:
            held = work.handoffs.open_of(citizen.conversation.id)
            if held.status is HandoffStatus.WAITING:
                work.handoffs.save(claim(held, "asha", held.asked_at), was=held)
            work.commit()

    assistant.script = claimed_meanwhile
    citizen.says("hello?")
    assert citizen.handoff.claimed_by == "asha"
    assert citizen.handoff.status is HandoffStatus.CLAIMED


def test_a_handoff_passed_on_while_the_turn_ran_is_not_called_off(assistant, citizen):
    assistant.down = True
    citizen.says("there is a pothole")
    assistant.down = False

    def passed_on_meanwhile(text):
        with citizen.parts.store.begin() as work:
            held = work.handoffs.open_of(citizen.conversation.id)
            if held.reasons == (ASSISTANT_DOWN,):
                had = claim(held, "asha", held.asked_at)
                work.handoffs.save(wait_again(had), was=held)
            work.commit()

    assistant.script = passed_on_meanwhile
    citizen.says("hello?")
    assert citizen.handoff.status is HandoffStatus.WAITING


def test_a_barrier_named_in_passing_counts_and_stays(assistant, citizen):
    citizen.says("i cant use the internet, i need a blue badge")
    assert {b.value for b in citizen.now.circumstances.barriers} == {"no_internet"}
    told = ({"type": "circumstances", "asked_channel": None, "barriers": [], "adjustments": []},)
    assistant.script = lambda text: Answer((Said("ok", "en"),), Understanding(), told)
    citizen.says("and my data has run out of credit, no credit")
    assert {b.value for b in citizen.now.circumstances.barriers} == {"no_internet", "no_data"}


def test_the_turn_record_keeps_the_area_of_a_postcode_and_whether_an_answer_was_not_taken():
    events = (
        {"type": "area", "lsoa": "E01028866"}, {"type": "area", "lsoa": "E01028866; DROP"},
        {"type": "answer_not_taken"},
    )  # fmt: skip
    answer = Answer((Said("ok", "en"),), Understanding(intent="greet"), events)
    citizen = Citizen(turn_parts(ScriptedAssistant(lambda text: answer if text == "one" else None)))
    citizen.says("one")
    citizen.says("two")
    first, second = citizen.records
    assert (first.lsoa, first.answer_not_taken) == ("E01028866", True)
    assert (second.lsoa, second.answer_not_taken) == (None, False)


def test_f1_a_turn_that_another_process_finished_first_changes_nothing():
    assistant = ScriptedAssistant()
    parts = turn_parts(assistant)
    citizen = Citizen(parts)
    taken = take_in(parts, citizen.conversation.id, "my bin")
    slow = replace(parts, locks=ProcessLocks())  # the lock of both was lost meanwhile

    def quick_one_first(text: str) -> None:
        assistant.script = lambda text: None
        handle_turn(slow, taken.message)

    assistant.script = quick_one_first
    said = handle_turn(parts, taken.message).said
    assert [m.text for m in said] == ["answer to my bin"]
    with parts.store.begin() as work:
        assert [m.id for m in work.messages.replies_to(taken.message.id)] == [said[0].id]
    assert len(citizen.records) == 1
