"""The chat page as a browser without JavaScript uses it: forms and redirects."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.ports import Parcel
from bot.stores import schema
from channels.web.own_data import erase_own_data
from tests.forms_kit import PAGE, Browser


@pytest.fixture
def browser(site):
    return Browser(site)


def test_no_cookie_is_set_before_the_first_message(browser, site):
    assert len(site.cookies) == 0
    assert "not a person" in browser.said[0]
    browser.sends("hello")
    assert [c.name for c in site.cookies.jar] == ["fairway_chat"]


DAY = 24 * 3600


def lasts(browser, path="/") -> int:
    """Seconds for which the browser is told to keep the chat's cookie by opening a page."""
    (cookie,) = browser.site.get(path).headers.get_list("set-cookie")
    return int(re.search(r"fairway_chat=[^;]+;.*Max-Age=(\d+)", cookie)[1])


def test_the_cookie_lasts_a_day_from_the_last_message(browser, clock):
    browser.sends("hello")
    clock.ahead = 20 * 3600
    assert lasts(browser) == pytest.approx(4 * 3600, abs=60)
    browser.sends("are you there")
    assert lasts(browser) == pytest.approx(DAY, abs=60)


def test_while_a_person_is_to_come_the_browser_keeps_the_chat_for_days(browser, clock):
    browser.sends("hello")
    browser.sends(choice="/human")
    assert lasts(browser) > 7 * DAY
    clock.ahead = 5 * DAY
    assert lasts(browser) > 7 * DAY and "hello" in browser.site.get("/").text


def test_a_shared_computer_shows_an_ended_chat_for_an_hour_and_no_longer(browser, clock):
    browser.sends("hello")
    browser.sends(choice="/human")
    browser.sends(path="/chat/end")
    assert 0 < lasts(browser) <= 3600
    clock.ahead = 3700
    page = browser.site.get("/")
    assert "hello" not in page.text and "set-cookie" not in page.headers
    assert browser.site.get("/chat/transcript.txt").status_code == 404


def test_nor_is_one_shown_whose_case_was_closed_days_ago(browser, parts, clock):
    browser.sends("hello")
    browser.sends(choice="/human")
    with parts.engine.begin() as db:
        db.execute(schema.handoffs.update().values(status="closed"))
    clock.ahead = 1.5 * DAY
    assert "hello" in browser.site.get("/").text  # a day late: they are told so
    clock.ahead = 2.5 * DAY
    assert "hello" not in browser.site.get("/").text


def test_a_whole_chat_by_forms(browser):
    page = browser.sends("there is a pothole")
    assert page.history[0].status_code == 303 and page.status_code == 200
    assert browser.said[1:] == ["there is a pothole", "You said: there is a pothole"]
    assert page.text.count('id="latest"') == 1
    browser.sends(choice="/human")
    assert browser.said[3] == "Talk to a person"
    assert "Check for new messages" in browser.page.text
    browser.sends(path="/chat/end")
    assert "This chat has ended" in browser.page.text and 'id="text"' not in browser.page.text
    copy = browser.site.get("/chat/transcript.txt")
    assert "attachment" in copy.headers["content-disposition"]
    assert "there is a pothole" in copy.text
    browser.sends(path="/chat/new")
    assert len(browser.said) == 1 and "<textarea" in browser.page.text


def test_sending_the_page_twice_is_one_message(browser, assistant):
    fields = {"csrf": browser.field("csrf"), "client_id": "one"}
    browser.sends("hello", client_id="one")
    fields["csrf"] = browser.field("csrf")
    for _ in range(2):
        browser.site.post("/chat", data={**fields, "text": "hello"}, headers=PAGE)
    assert assistant.heard == ["hello"]


def test_nothing_to_read_is_said_and_no_chat_is_begun(browser, parts):
    for text in ["", "  \n ", "\u200b\u200d", "\x00\x1b"]:
        page = browser.sends(text)
        assert page.status_code == 422
        assert "There was nothing to read in that message." in page.text
        assert "<title>Error:" in page.text and 'aria-invalid="true"' in page.text
        assert len(browser.site.cookies) == 0


def test_a_refused_message_stays_in_the_box(browser):
    page = browser.sends("x" * 10_000)
    assert page.status_code == 200
    assert browser.draft == "x" * 10_000
    assert len(browser.said) == 3
    browser.sends("👍" * 20)
    assert browser.draft == "👍" * 20 and len(browser.said) == 5


def test_a_draft_outlives_a_choice(browser):
    browser.sends("hello")
    browser.sends("half a thought", choice="/human")
    assert browser.draft == "half a thought"
    assert browser.said[3] == "Talk to a person"


def test_s6_text_is_text(browser):
    evil = '<script>alert(1)</script><img src=x onerror="alert(2)">\u202etxt'
    page = browser.sends(evil)
    assert "<script>alert" not in page.text and "<img" not in page.text
    assert "&lt;script&gt;" in browser.said[1]


def test_s5_a_stale_or_foreign_form_is_refused_and_nothing_is_lost(browser, parts):
    page = browser.sends("my long story", csrf="old.token")
    assert page.status_code == 403 and browser.draft == "my long story"
    assert "Nothing is lost" in page.text
    foreign = browser.site.post(
        "/chat", data={"text": "x"}, headers=PAGE | {"Sec-Fetch-Site": "cross-site"}
    )
    assert foreign.status_code == 403
    with parts.engine.begin() as db:
        assert db.execute(sa.select(schema.conversations)).first() is None


def test_an_ended_chat_goes_on_in_a_new_one_and_says_so(browser, clock):
    browser.sends("hello")
    clock.ahead = timedelta(hours=25).total_seconds()
    browser.opens("/")
    assert "This chat has ended" in browser.page.text
    data = {"csrf": browser.field("csrf"), "text": "are you there", "client_id": "n"}
    browser.page = browser.site.post("/chat", data=data, headers=PAGE, follow_redirects=True)
    assert browser.said[-1] == "You said: are you there"
    assert len(browser.said) == 4


def test_a_flood_is_told_to_wait_with_its_draft_kept(browser):
    for n in range(400):  # on a slow machine the bucket fills up again meanwhile
        page = browser.sends(f"flood {n}")
        if page.status_code == 429:
            break
    assert page.status_code == 429 and int(page.headers["Retry-After"]) >= 1
    assert browser.draft.startswith("flood")


def test_a_broken_turn_says_that_the_answer_is_late(browser, assistant):
    browser.sends("hello")
    assistant.broken = True
    page = browser.sends("my bin")
    assert page.status_code == 200
    assert "taking longer than it should" in page.text and browser.said[-1] == "my bin"


def test_the_way_out_is_shown_after_danger_only(browser):
    browser.sends("hello")
    assert 'id="exit" hidden' in browser.page.text
    browser.sends("i want to kill myself")
    assert 'id="exit" hidden' not in browser.page.text and 'id="exit"' in browser.page.text


def presses_welsh(browser):
    """Follow the page's own link from the page's own address, as a browser does."""
    link = re.search(r'href="([^"]+)" lang="cy"', browser.page.text)[1]
    address = browser.page.url.join(link.replace("&amp;", "&"))
    browser.page = browser.site.get(address, headers=PAGE, follow_redirects=True)
    return browser.page


SENT = {
    "nothing": {"path": "/chat"},
    "a stale form": {"path": "/chat", "text": "my story", "csrf": "old"},
    "go on elsewhere": {"path": "/chat/move"},
    "no photo": {"path": "/chat/photo"},
    "no address to mail to": {"path": "/chat/mail"},
    "no answer": {"path": "/chat/feedback"},
    "a stale way to end it": {"path": "/chat/end", "csrf": "old"},
    "stale answers about oneself": {"path": "/about-you", "csrf": "old"},
    "a stale erasure": {"path": "/privacy/erase", "csrf": "old"},
    "stale needs": {"path": "/privacy/needs", "csrf": "old"},
    "a wrong code": {"path": "/resume", "code": "AAAAAA"},
}


@pytest.mark.parametrize("fields", SENT.values(), ids=SENT)
def test_the_language_links_work_on_a_page_drawn_by_a_form(browser, fields):
    browser.sends("there is a pothole")
    browser.sends(**fields)
    assert browser.page.request.method == "POST", "the page was not drawn by the form"
    page = presses_welsh(browser)
    assert page.status_code == 200 and '<html lang="cy"' in page.text
    assert "there is a pothole" in browser.opens("/").text, "the conversation is still open"


def test_welsh_can_be_chosen_before_and_during(browser):
    page = browser.opens("/?lang=cy")
    assert '<html lang="cy" dir="ltr">' in page.text
    browser.sends("helo")
    assert "Chi" in browser.page.text
    page = browser.opens("/?lang=en")
    assert '<html lang="en"' in page.text
    browser.sends("hello")
    assert '<html lang="en"' in browser.page.text


def test_s3_a_cookie_of_another_opens_nothing(browser, site):
    browser.sends("my secret")
    theirs = site.cookies["fairway_chat"]
    wrong = theirs.split(".")[0] + "." + "x" * 43
    site.cookies.clear()
    for cookie in (wrong, "nope.x", "x", ""):
        headers = PAGE | {"Cookie": f"fairway_chat={cookie}"}
        assert "my secret" not in site.get("/", headers=headers).text
        for path in ("/chat/transcript.txt", "/chat/events", "/privacy/my-data.json"):
            assert site.get(path, headers=headers).status_code == 404


def test_p1_what_is_held_can_be_seen_and_erased(browser, site, parts):
    assert "You have no chat open" in browser.opens("/privacy").text
    browser.opens("/")
    browser.sends("canary and a person please")
    browser.opens("/")
    browser.sends(choice="/human")
    held = site.get("/privacy/my-data.json")
    assert "attachment" in held.headers["content-disposition"]
    assert set(held.json()) == {
        "conversation", "messages", "handoffs", "turn_records", "outcomes", "feedback", "photos",
        "sms_log", "reminders and news", "texts about it",
        "message_changes", "case_notes", "case_labels", "promises",
        "council_cases", "earlier_consents", "holds", "need_codes", "coding_sample",
        "chatwoot_cases", "resume_codes",
    }  # fmt: skip
    assert "canary" in held.text and "token_hash" not in held.text
    browser.opens("/privacy/erase")
    browser.sends(path="/privacy/erase")
    assert "Your chat has been deleted." in browser.page.text
    assert len(site.cookies) == 0
    with parts.engine.begin() as db:
        for table in (schema.conversations, schema.messages, schema.handoffs,
                      schema.turn_records, schema.outcomes):  # fmt: skip
            assert db.execute(table.select()).first() is None, table.name


def test_p1_erasing_reaches_reminders_and_watched_reports(parts):
    due = parts.turn.clock.now()
    with parts.turn.store.begin() as work:
        for name in ("mine", "theirs"):
            about = {"conversation_id": name, "phone": "447700900123"}
            work.outbox.put(Parcel(f"w-{name}", "watch", about), due)
            work.outbox.put(Parcel(f"r-{name}", "reminder", about), due)
        work.outbox.done("r-mine", due)
        work.outbox.put(Parcel("s-1", "sms", {"message_ids": ["m"]}), due)
        work.commit()
    erase_own_data(parts, "mine")
    with parts.engine.begin() as db:
        held = db.execute(sa.select(schema.outbox.c.id)).scalars().all()
    assert sorted(held) == ["r-theirs", "s-1", "w-theirs"]


def test_p1_erasing_reaches_rasas_own_database(parts, tmp_path):
    rasa = tmp_path / "rasa.db"
    erase_own_data(parts, "nobody")
    engine = sa.create_engine(f"sqlite:///{rasa}")
    with engine.begin() as db:
        db.execute(sa.text("CREATE TABLE events (sender_id TEXT, data TEXT)"))
        db.execute(sa.text("INSERT INTO events VALUES ('me', 'canary'), ('you', 'kept')"))
    erase_own_data(parts, "me")
    with engine.begin() as db:
        assert db.execute(sa.text("SELECT data FROM events")).scalars().all() == ["kept"]
    engine.dispose()


def test_A9_help_is_in_the_same_place_on_every_page(site):
    feet = {
        re.search(r'<footer class="foot">.*?</footer>', site.get(path, headers=PAGE).text, re.S)[0]
        for path in ("/", "/privacy", "/accessibility", "/privacy/erase", "/nope", "/api/docs")
    }
    assert len(feet) == 1
