"""While a citizen waits, when they go on elsewhere, and what they are asked afterwards."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import httpx
import pytest
import sqlalchemy as sa

from bot.council import DAYS, Notice
from bot.equality import UNKNOWN, link_of
from bot.errors import BadFile
from bot.handoff import Handoff, claim
from bot.message import Medium
from bot.need import Adjustment, Barrier, Channel, Circumstances
from bot.resume_code import LETTERS, code_in, new_code
from bot.stores import schema
from bot.stores.staff_sql import SqlStaffStore
from bot.take_in import start_conversation, take_in
from bot.tell_citizen import tell_citizen
from channels.privacy.retention import Hold, hold
from channels.web.about_you import scheme_named
from channels.web.own_data import own_data
from channels.web.waiting import waiting_words
from tests.forms_kit import PAGE, Browser
from tests.web_kit import NowClock, make_parts, public_app, serve


@pytest.fixture
def browser(site):
    return Browser(site)


def rows(parts, table):
    with parts.engine.begin() as db:
        return db.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def only_conversation(parts):
    with parts.engine.begin() as db:
        found = db.execute(schema.conversations.select()).mappings().one()["id"]
    with parts.turn.store.begin() as work:
        return work.conversations.get(found)


def asked_for(parts, minutes, taken_after=None):
    """Someone else asked for a person so many minutes ago, and was perhaps served."""
    now = parts.turn.clock.now()
    conversation, _ = start_conversation(parts.turn, Medium.WEB)
    asked = now - timedelta(minutes=minutes)
    handoff = Handoff(
        parts.turn.new_id(), conversation.id, "contact_centre", "routine", "talk_to_person", (),
        asked,
    )  # fmt: skip
    with parts.turn.store.begin() as work:
        work.handoffs.add(handoff)
        if taken_after is not None:
            taken = claim(handoff, "asha", asked + timedelta(minutes=taken_after))
            work.handoffs.save(taken, was=handoff)
        work.commit()


def test_who_waits_sees_their_place_and_what_others_really_waited(browser, parts):
    asked_for(parts, minutes=3)
    browser.sends("can i talk to a person please")
    assert "You are number 2 in the queue. We cannot say yet" in browser.page.text
    for waited in (2, 3, 4, 5, 12):
        asked_for(parts, minutes=60, taken_after=waited)
    browser.opens("/")
    assert "most people had to wait 2 to 10 minutes" in browser.page.text
    assert browser.site.get("/chat/wait").json()["wait"].startswith("You are number 2")


def test_waits_of_last_month_count_no_more(browser, parts, clock):
    for waited in (2, 3, 4, 5, 12):
        asked_for(parts, minutes=60, taken_after=waited)
    clock.ahead = timedelta(days=8).total_seconds()
    browser.sends("can i talk to a person please")
    assert "We cannot say yet" in browser.page.text


def test_out_of_hours_says_when_it_opens_and_what_can_be_done(parts):
    conversation, _ = start_conversation(parts.turn, Medium.WEB, "cy")
    handoff = Handoff("h", conversation.id, "contact_centre", "routine", "talk_to_person", (),
                      datetime(2026, 11, 29, 3, tzinfo=UTC))  # fmt: skip
    hours = {day: (time(9), time(17)) for day in DAYS[:5]}
    clock = NowClock()
    night = datetime(2026, 11, 28, 23, tzinfo=UTC)  # a Saturday
    clock.ahead = (night - clock.now()).total_seconds()
    council, turn = replace(parts.council, hours=hours), replace(parts.turn, clock=clock)
    closed = replace(parts, council=council, turn=turn)
    said = waiting_words(closed, conversation, handoff)
    assert "dydd Llun 09:00" in said and "rhif ffôn" in said
    assert waiting_words(closed, conversation, None) == ""


def test_a_code_moves_the_chat_to_another_device_once(browser, parts, site):
    browser.sends("my bin was missed")
    browser.sends(path="/chat/move")
    code = re.search(r'class="code" dir="ltr">([\w-]+)<', browser.page.text)[1]
    with httpx.Client(base_url=site.base_url, timeout=60, trust_env=False) as other:
        there = Browser(other)
        there.opens(f"/resume?code={code.lower().replace('-', ' ')}")
        assert rows(parts, schema.resume_codes) == 1, "looking at the page uses nothing up"
        there.sends(path="/resume", code=there.field("code"))
        assert "my bin was missed" in there.said
        there.opens("/resume")
        assert "We do not know that code." in there.sends(path="/resume", code=code).text
    browser.opens("/")
    assert "my bin was missed" not in browser.page.text, "it is open in one place only"


def test_a_code_ends_in_time_and_guesses_are_counted(browser, parts, clock, site):
    browser.sends("my bin was missed")
    browser.sends(path="/chat/move")
    code = re.search(r'class="code" dir="ltr">([\w-]+)<', browser.page.text)[1]
    clock.ahead = 31 * 60
    browser.opens("/resume")
    assert browser.sends(path="/resume", code=code).status_code == 422
    with httpx.Client(base_url=site.base_url, timeout=60, trust_env=False) as guesser:
        there = Browser(guesser)
        there.opens("/resume")
        answers = [there.sends(path="/resume", code=new_code()).status_code for _ in range(25)
                   if "csrf" in there.page.text]  # fmt: skip
    assert 429 in answers


def test_codes_are_read_however_they_are_typed():
    code = new_code()
    assert set(code) <= set(LETTERS) | {"-"}
    for typed in (code, code.lower(), code.replace("-", ""), f"  {code.replace('-', ' ')} "):
        assert code_in(typed) == code
    for text in ("", "hello", f"{code} please", "SY1 2AS", "0345 0000", "ABCD-EFGU"):
        assert code_in(text) is None


def test_after_the_chat_one_question_and_a_comment(browser, parts):
    browser.sends("hello")
    browser.sends(path="/chat/end")
    assert "Did you get what you needed?" in browser.page.text
    browser.sends(path="/chat/feedback", got="no", comment="<b>It</b> was slow")
    assert "Thank you for telling us." in browser.page.text
    assert "Did you get what you needed?" not in browser.page.text
    held = browser.site.get("/privacy/my-data.json").json()["feedback"]
    assert [(f["got"], f["comment"]) for f in held] == [("no", "<b>It</b> was slow")]
    browser.sends("Talk to a person")  # the button on that page
    assert "A person will answer you here." in browser.said[-1]
    assert "quiet for a long time" not in browser.page.text, "they ended it themselves"


def test_yes_is_an_outcome_and_no_answer_is_refused(browser, parts):
    browser.sends("hello")
    conversation = only_conversation(parts)
    browser.sends(path="/chat/end")
    form = browser.page
    assert browser.sends(path="/chat/feedback").status_code == 422
    browser.page = form
    for _ in range(2):
        browser.page = form
        browser.sends(path="/chat/feedback", got="yes")
    with parts.turn.store.begin() as work:
        outcomes = work.records.outcomes_of(conversation.id)
    assert [(o.code, o.source) for o in outcomes] == [("resolved", "citizen")]


def test_equality_answers_are_asked_after_service_and_kept_apart(browser, parts):
    browser.sends("hello")
    conversation = only_conversation(parts)
    browser.sends(path="/chat/end")
    assert 'href="/about-you"' in browser.page.text
    browser.opens("/about-you")
    assert "required" not in browser.page.text
    assert browser.page.text.count("I would rather not say") == len(
        scheme_named("gss_harmonised").questions
    )
    browser.sends(path="/about-you", sex="female", age_band="prefer_not_to_say", ethnic_group="x")
    assert "kept apart from your chat" in browser.page.text
    with parts.engine.begin() as db:
        kept = db.execute(schema.equality_answers.select()).mappings().all()
    answers = {row["question"]: row["answer"] for row in kept}
    assert answers["sex"] == "female" and answers["age_band"] == "prefer_not_to_say"
    assert answers["ethnic_group"] == answers["activity_restriction"] == UNKNOWN
    assert all(conversation.id not in str(dict(row)) for row in kept)
    browser.opens("/about-you")
    assert "You have told us before." in browser.page.text
    assert "female" not in browser.site.get("/privacy/my-data.json").text


def test_P1_erasing_forgets_equality_answers_feedback_and_codes(browser, parts):
    browser.sends("hello")
    conversation = only_conversation(parts)
    browser.sends(path="/chat/move")
    browser.opens("/")
    browser.sends(path="/chat/end")
    browser.sends(path="/chat/feedback", got="partly")
    browser.opens("/about-you")
    browser.sends(path="/about-you", sex="male")
    link = link_of(conversation.id, parts.settings.secrets.equality_key)
    with parts.turn.store.begin() as work:
        assert work.equality.has(link)
    browser.opens("/privacy/erase")
    browser.sends(path="/privacy/erase")
    assert "Your chat has been deleted." in browser.page.text
    with parts.turn.store.begin() as work:
        assert not work.equality.has(link)
    for table in schema.metadata.tables.values():
        if "conversation_id" in table.c or table.name in ("conversations", "equality_answers"):
            assert rows(parts, table) == 0, table.name


def test_P1_erasing_reaches_the_texts_that_told_its_news(browser, parts):
    browser.sends("hello")
    web = only_conversation(parts)
    with parts.turn.store.begin() as work:
        told = {"reference": "R1", "service": "Pothole", "state": "done"}
        tell_citizen(parts.turn, work, web.id, "case_changed", told, phone="+447700900123")
        work.commit()
    browser.opens("/privacy/my-data")
    assert "R1" in browser.page.text
    browser.opens("/privacy/erase")
    browser.sends(path="/privacy/erase")
    for table in (schema.conversations, schema.messages, schema.outbox, schema.sms_log):
        assert rows(parts, table) == 0, table.name


@pytest.mark.parametrize("why", ["hold", "danger"])
def test_P1_what_must_be_kept_is_not_erased_and_the_citizen_is_told_why(browser, parts, why):
    browser.sends("i want to kill myself" if why == "danger" else "can i talk to a person please")
    chat = only_conversation(parts)
    if why == "hold":
        hold(parts.engine, Hold(chat.id, parts.turn.clock.now(), "jones", "the Ombudsman"))
    told = {"hold": "because of a complaint", "danger": "keeping someone safe"}[why]
    browser.opens("/privacy/erase")
    assert told in browser.page.text and "Ombudsman" not in browser.page.text
    browser.sends(path="/privacy/erase")
    assert told in browser.page.text and "can no longer be opened" in browser.page.text
    assert "has been deleted" not in browser.page.text
    assert rows(parts, schema.messages) > 1 and rows(parts, schema.handoffs) == 1
    assert "You have no chat open" in browser.opens("/privacy").text
    assert only_conversation(parts).token_hash is None, "no browser opens it any more"
    with SqlStaffStore(parts.engine).begin() as work:
        (entry,) = work.staff_log.about(chat.id)
        (note,) = work.notes.of(chat.id)
    assert (entry.username, entry.action, entry.detail) == (
        "(citizen)", "erasure_kept", {"why": why},
    )  # fmt: skip
    assert "asked for this chat to be deleted" in note.text


def test_P1_a_number_typed_into_a_web_page_cannot_erase_its_owners_words(browser, parts):
    browser.sends("hello")
    web = only_conversation(parts)
    owner, _ = start_conversation(parts.turn, Medium.SMS, address="447700900123")
    mine = take_in(parts.turn, owner.id, "my own question").message
    with parts.turn.store.begin() as work:
        told = {"reference": "R1", "service": "Pothole", "state": "done"}
        tell_citizen(parts.turn, work, web.id, "case_changed", told, phone="+447700900123")
        work.commit()
    browser.opens("/privacy/erase")
    browser.sends(path="/privacy/erase")
    with parts.turn.store.begin() as work:
        assert [message.id for message in work.messages.of(owner.id)] == [mine.id]


@pytest.mark.parametrize("about_safety", [False, True])
def test_P1_what_staff_wrote_about_a_case_is_handed_over_by_a_person(browser, parts, about_safety):
    """As the desk tells those who write notes; the labels are shown at once, but for danger."""
    browser.sends("a person please")
    browser.opens("/")
    browser.sends(choice="/human")
    chat, now = only_conversation(parts), parts.turn.clock.now()
    with parts.turn.store.begin() as work:
        case = work.handoffs.open_of(chat.id)
    note = {"id": "n1", "conversation_id": chat.id, "handoff_id": case.id, "author": "asha",
            "kind": "referred", "text": "Her neighbour rang", "at": now}  # fmt: skip
    label = {"conversation_id": chat.id, "handoff_id": case.id, "label": "complaint"}
    with parts.engine.begin() as db:
        db.execute(schema.case_notes.insert(), [note])
        db.execute(schema.case_labels.insert(), [label])
        closing = {"note": "Spoke to her sister", "was_safeguarding": about_safety}
        db.execute(schema.handoffs.update().values(**closing))
    page = browser.opens("/privacy/my-data").text
    file = browser.site.get("/privacy/my-data.json").text
    for shown in (page, file):
        assert not [one for one in ("neighbour", "sister", "asha", "referred") if one in shown]
        assert ("complaint" in shown) is not about_safety
    assert "A person reads them first" in page and '"n1"' in file
    for_a_person = str(own_data(parts.engine, chat.id, with_notes=True))
    said = [one in for_a_person for one in ("neighbour", "sister", "asha", "complaint")]
    assert said == [not about_safety] * 4


def test_P1_notes_of_a_chat_in_which_danger_was_heard_are_nobodys_to_hand_over(browser, parts):
    browser.sends("i want to kill myself")
    chat, now = only_conversation(parts), parts.turn.clock.now()
    with parts.engine.begin() as db:
        case = db.execute(sa.select(schema.handoffs.c.id)).scalar_one()
        note = {"id": "n1", "conversation_id": chat.id, "handoff_id": case, "author": "asha",
                "kind": "note", "text": "Police told", "at": now}  # fmt: skip
        db.execute(schema.case_notes.insert(), [note])
        db.execute(schema.handoffs.update().values(team="contact_centre", reasons=[]))
    assert "Police" not in str(own_data(parts.engine, chat.id, with_notes=True))


def test_needs_are_kept_for_the_next_chat_on_this_device_only_if_asked(browser, parts, site):
    browser.sends("hello")
    first = only_conversation(parts)
    needs = Circumstances(
        asked_channel=Channel.FACE_TO_FACE,
        barriers=frozenset({Barrier.NO_DATA}),
        adjustments=frozenset({Adjustment.STEP_FREE}),
    )
    with parts.turn.store.begin() as work:
        work.conversations.save(replace(first, circumstances=needs))
        work.commit()
    browser.opens("/privacy/my-data")
    page = browser.page.text
    assert "You asked for a place with no steps." in page and "You asked to come in." in page
    assert "no data left" in page and "Keep what I need" in page
    browser.sends(path="/privacy/needs", keep="yes")
    assert "Forget what I need" in browser.page.text
    kept, chat = site.cookies["fairway_needs"], site.cookies["fairway_chat"]
    assert kept.startswith(first.id) and chat.partition(".")[2] not in kept
    opened = httpx.get(site.base_url, cookies={"fairway_chat": kept}, headers=PAGE, timeout=60)
    assert "hello" not in opened.text, "it opens no chat"
    browser.opens("/")
    browser.sends(path="/chat/end")
    browser.sends(path="/chat/new")
    browser.sends("hello again")
    with parts.engine.begin() as db:
        second = db.execute(
            schema.conversations.select().where(schema.conversations.c.id != first.id)
        ).mappings().one()  # fmt: skip
    assert second["circumstances"]["adjustments"] == ["step_free"]
    browser.opens("/privacy/my-data")
    browser.sends(path="/privacy/needs", keep="no")
    assert "There is nothing to keep yet." in browser.page.text
    assert "fairway_needs" not in site.cookies


def test_L2_the_questions_on_equality_are_asked_in_every_offered_language(parts):
    scheme = scheme_named(parts.council.equality_scheme)
    for question in scheme.questions:
        for labels in (question.labels, *(c.labels for c in question.categories)):
            assert set(labels) == set(parts.council.languages), labels["en"]


def test_a_scheme_that_is_not_there_stops_the_start():
    assert scheme_named("ons_census_2021@1").name == "ons_census_2021"
    with pytest.raises(BadFile, match="gss_harmonised@1"):
        scheme_named("zodiac")


def test_news_is_shown_on_its_days_only(tmp_path, clock):
    made = make_parts(tmp_path, clock=clock)
    today = clock.now().date()
    news = Notice({"en": "Phones are down.", "cy": "Mae'r ffonau i lawr."}, today, today)
    parts = replace(made, council=replace(made.council, notices=(news,)))
    with (
        serve(public_app(parts)) as served,
        httpx.Client(base_url=served.url, timeout=60, trust_env=False, headers=PAGE) as site,
    ):
        assert "Phones are down." in site.get("/privacy").text
        assert "Mae&#39;r ffonau i lawr." in site.get("/?lang=cy").text
        polish = site.get("/?lang=pl").text
        assert '<span lang="en" dir="ltr">Phones are down.</span>' in polish
        clock.ahead = timedelta(days=2).total_seconds()
        assert "Phones are down." not in site.get("/privacy?lang=en").text
    made.engine.dispose()


@pytest.mark.parametrize("language", ["pl", "ar", "ur-Latn", "zh"])
def test_L2_the_page_itself_is_in_the_language_chosen(site, language):
    page = site.get(f"/?lang={language}", headers=PAGE).text
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page
    assert "Your message" not in page and "Tell us what you need" not in page
