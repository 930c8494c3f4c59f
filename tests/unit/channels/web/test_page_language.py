"""Errors and the pages beside the chat are in the language of the open conversation, unless the
citizen has picked another one: nobody reads Polish words as English, nor hears them so."""

from __future__ import annotations

import html
import re

import httpx
import pytest
import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import Response

from bot.stores import schema as t
from channels.assistant_memory import MemoryAssistant, answer_with
from channels.limits import MemoryLimiter
from channels.web.chat_cookie import ChatCookie
from channels.web.talk import Talk
from tests.forms_kit import PAGE, Browser
from tests.unit.channels.web.test_faults import Breaker
from tests.unit.channels.web.test_photos import photo

POLISH = "dzień dobry"
BESIDE = [
    "/privacy", "/privacy/my-data", "/privacy/erase", "/accessibility", "/about-you", "/resume",
    "/nope",
]  # fmt: skip
SCRIPT = {"Accept": "application/json", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def assistant():
    return MemoryAssistant({POLISH: answer_with("Dzień dobry!", "pl")})


@pytest.fixture
def browser(site):
    """An English browser, whose user has written Polish."""
    site.headers["Accept-Language"] = "en-GB"
    made = Browser(site)
    made.sends(POLISH)
    assert language_of(made.page) == "pl"
    return made


def language_of(page: httpx.Response) -> str:
    return re.search(r'<html lang="([^"]+)"', page.text)[1]


def words(parts, key: str, language: str = "pl") -> str:
    return parts.words.say(key, language, "web")


@pytest.mark.parametrize(
    ("fields", "key"),
    [({"text": ""}, "error_message_empty"), ({"text": "x", "csrf": "old"}, "error_form_stale")],
)
def test_what_is_wrong_is_said_in_the_language_of_the_chat(browser, parts, fields, key):
    page = browser.sends(**fields)
    assert language_of(page) == "pl"
    problem = re.search(r'id="problem">(.*?)</div>', page.text, re.DOTALL)[1]
    assert words(parts, key) in html.unescape(problem)
    assert words(parts, f"{key}_next") in html.unescape(problem) and "lang=" not in problem


@pytest.mark.parametrize("chosen", ["", "en"])
def test_the_chats_script_is_told_in_the_language_of_its_page(browser, parts, site, chosen):
    if chosen:  # long ago, on another page: the chat page is in Polish all the same
        site.cookies.set("fairway_language", chosen)
        assert language_of(browser.opens("/")) == "pl"
    csrf = {"csrf": browser.field("csrf")}
    said = site.post("/chat", data=csrf, headers=SCRIPT)
    assert said.json()["message"] == words(parts, "error_message_empty")
    stale = site.post("/chat", data={"text": "x"}, headers=SCRIPT)
    assert stale.json()["message"] == words(parts, "error_form_stale")
    files = {"photo": ("p.jpg", photo()[:40], "image/jpeg")}
    shown = site.post("/chat/photo", data=csrf, files=files, headers=SCRIPT)
    assert shown.json()["message"] == words(parts, "error_photo_unreadable")
    large = {"photo": ("p.jpg", b"x" * (10 * 1024 * 1024), "image/jpeg")}
    refused = site.post("/chat/photo", data=csrf, files=large, headers=SCRIPT)
    assert refused.json()["message"] == words(parts, "error_body_too_large")


@pytest.mark.parametrize("path", BESIDE)
def test_a_page_beside_the_chat_is_in_its_language(browser, path):
    assert language_of(browser.opens(path)) == "pl"


@pytest.mark.parametrize("path", BESIDE)
def test_the_citizens_own_choice_wins_over_the_chats_language(browser, path):
    assert language_of(browser.opens(f"{path}?lang=cy")) == "cy"
    assert language_of(browser.opens("/accessibility")) == "cy"


@pytest.mark.parametrize("path", BESIDE)
def test_s3_an_id_without_its_secret_tells_no_language(browser, site, path):
    cookie = site.cookies["fairway_chat"].partition(".")[0]
    site.cookies.clear()
    for wrong in ("", ".", "." + "x" * 43):
        headers = PAGE | {"Cookie": f"fairway_chat={cookie}{wrong}"}
        assert language_of(site.get(path, headers=headers)) == "en"


def test_a_new_chat_does_not_begin_in_the_last_ones_language(browser, parts, site):
    site.post("/chat/end", data={"csrf": browser.field("csrf")}, headers=PAGE)
    page = browser.opens("/")
    csrf = {"csrf": browser.field("csrf"), "text": "hello", "client_id": "new"}
    page = site.post("/chat", data=csrf, headers=PAGE, follow_redirects=True)
    assert language_of(page) == "en"
    with parts.engine.connect() as db:
        newest = t.conversations.select().order_by(t.conversations.c.started_at.desc())
        row = db.execute(newest).mappings().first()
    assert (row["language"], row["language_chosen"]) == ("en", False)


@pytest.fixture
def reads(parts):
    """Every statement that asks for a conversation."""
    made: list[str] = []

    @sa.event.listens_for(parts.engine, "before_cursor_execute")
    def note(_connection, _cursor, statement, *_) -> None:
        if "FROM conversations" in statement:
            made.append(statement)

    return made


def test_only_a_browser_with_a_chat_costs_a_question_to_the_database(browser, site, reads):
    reads.clear()
    browser.opens("/nope")
    assert len(reads) == 1
    browser.opens("/nope?lang=cy")
    browser.opens("/nope")
    assert len(reads) == 1, "who has chosen is not looked up"
    site.cookies.clear()
    browser.opens("/nope")
    assert len(reads) == 1


def test_a_cookie_is_opened_and_kept_with_one_look_at_the_database_each(parts):
    talk = Talk(parts, MemoryLimiter())
    started = talk.start("127.0.0.1", "en")
    cookie = ChatCookie(False, talk)
    value = f"fairway_chat={started.conversation.id}.{started.token}"
    request = Request({"type": "http", "headers": [(b"cookie", value.encode())]})
    looks: list[str] = []
    sa.event.listen(parts.engine, "begin", lambda _: looks.append("look"))
    assert cookie.open(request) == started.conversation
    assert len(looks) == 1
    answer = cookie.keep(request, Response())
    assert len(looks) == 2
    assert "Max-Age=" in answer.headers["set-cookie"]


def test_f3_without_the_database_pages_and_errors_are_drawn_all_the_same(browser, parts, caplog):
    csrf = browser.field("csrf")
    breaker = Breaker(parts.engine)
    breaker.words = "server closed the connection"
    for _ in range(3):
        page = browser.opens("/nope")
        assert page.status_code == 404 and language_of(page) == "en"
        assert browser.opens("/accessibility").status_code == 200
    asked = caplog.text.count("the language of a chat: OperationalError")
    assert asked == 2, "once for error pages and once for the rest, and not again for each page"
    page = browser.site.post("/chat", data={"csrf": csrf, "text": "x"}, headers=PAGE)
    assert page.status_code == 503 and words(parts, "error_broken", "en") in page.text
