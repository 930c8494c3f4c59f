"""S3: one citizen never reaches another's conversation, over every route and stream there is.

A route that is in none of the tables fails: say whose it is.
"""

from __future__ import annotations

import httpx
import pytest
import sqlalchemy as sa

from bot.stores import schema as t
from channels.pages.csrf import Csrf
from channels.sms import make_sms_router
from tests.forms_kit import PAGE, Browser
from tests.unit.channels.auth.test_route_matrix import PUBLIC_ROUTES, routes_of
from tests.unit.channels.web.test_api import Caller
from tests.unit.channels.web.test_photos import photo
from tests.web_kit import make_parts, public_app, serve

CANARY = "canary words of the first citizen"

# What opens with a conversation's token, and what with its cookie.
BY_TOKEN = {
    ("POST", "/api/conversations/{conversation_id}/messages"),
    ("GET", "/api/conversations/{conversation_id}/messages"),
    ("GET", "/api/conversations/{conversation_id}/events"),
}
BY_COOKIE = {
    ("GET", "/"),
    ("POST", "/chat"),
    ("POST", "/chat/end"),
    ("POST", "/chat/new"),
    ("GET", "/chat/transcript.txt"),
    ("GET", "/chat/events"),
    ("GET", "/chat/wait"),
    ("POST", "/chat/move"),
    ("POST", "/chat/feedback"),
    ("POST", "/chat/photo"),
    ("POST", "/chat/mail"),
    ("POST", "/chat/typing"),
    ("POST", "/chat/seen"),
    ("GET", "/chat/photos/{photo_id}.jpg"),
    ("GET", "/about-you"),
    ("POST", "/about-you"),
    ("POST", "/resume"),
    ("GET", "/privacy"),
    ("GET", "/privacy/my-data.json"),
    ("GET", "/privacy/my-data"),
    ("POST", "/privacy/needs"),
    ("GET", "/privacy/erase"),
    ("POST", "/privacy/erase"),
}
# The same for everybody, or opened by a supplier's own secret (S4).
NOBODYS = {
    ("POST", "/api/conversations"),
    ("GET", "/api/docs"),
    ("GET", "/api/openapi.json"),
    ("GET", "/resume"),
    ("GET", "/widget.js"),
    ("GET", "/accessibility"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("POST", "/sms/notify/inbound"),
    ("POST", "/sms/notify/delivery"),
    ("POST", "/sms/twilio/inbound"),
    ("POST", "/chatwoot/webhook"),
    ("GET", "/static/{path:path}"),
}


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    made = make_parts(tmp_path_factory.mktemp("idor"), FAIRWAY_RATE_PER_CONVERSATION="10000")
    yield made
    made.engine.dispose()


@pytest.fixture(scope="module")
def app(parts):
    return public_app(parts, make_sms_router)


@pytest.fixture(scope="module")
def url(app):
    with serve(app) as served:
        yield served.url


@pytest.fixture(scope="module")
def first(url):
    """A citizen of the page with words, a photo and a case; and one of the API."""
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        browser = Browser(client)
        browser.sends(CANARY)
        files = {"photo": ("p.jpg", photo(), "image/jpeg")}
        data = {"csrf": browser.field("csrf")}
        client.post("/chat/photo", data=data, files=files, headers=PAGE)
        browser.sends("can i speak to a person please")
        caller = Caller(client)
        caller.says(CANARY)
        yield browser, caller


@pytest.fixture
def second(url):
    with httpx.Client(base_url=url, trust_env=False, timeout=60, headers=PAGE) as client:
        Browser(client).sends("hello")
        yield client


def held_of(parts, conversation_id: str) -> list[str]:
    """Every row of a conversation, as text."""
    found = []
    with parts.engine.connect() as db:
        for table in t.metadata.sorted_tables:
            if "conversation_id" in table.c:
                rows = table.select().where(table.c.conversation_id == conversation_id)
                found += [repr(tuple(row)) for row in db.execute(rows)]
        rows = t.conversations.select().where(t.conversations.c.id == conversation_id)
        found += [repr(tuple(row)) for row in db.execute(rows)]
    return sorted(found)


def chat_id(client: httpx.Client) -> str:
    return client.cookies["fairway_chat"].partition(".")[0]


def ask(parts, client: httpx.Client, method: str, path: str, cookie: str) -> httpx.Response:
    csrf = Csrf.of(parts.settings)
    token = f"n.{csrf._sign('n', cookie)}"
    headers = {**PAGE, "Cookie": f"fairway_chat={cookie}"}
    data = {"csrf": token, "text": "x", "client_id": "y", "got": "yes", "to": "a@example.org"}
    files = {"photo": ("p.jpg", photo(), "image/jpeg")} if path == "/chat/photo" else None
    with httpx.Client(base_url=client.base_url, trust_env=False, timeout=60) as bare:
        request = bare.build_request(
            method, path, headers=headers, files=files, data=data if method == "POST" else None
        )
        answer = bare.send(request, stream=True)
        if path.endswith("/events"):  # a stream goes on for ever: what it says at once
            lines = answer.iter_text() if answer.status_code == 200 else iter(())
            answer._content = next(lines, "").encode()
        else:
            answer.read()
        answer.close()
        return answer


def test_s3_every_route_is_somebodys(app):
    found = set(routes_of(app.routes))
    assert found - BY_TOKEN - BY_COOKIE - NOBODYS == set(), "say whose the new routes are"
    assert BY_TOKEN | BY_COOKIE | NOBODYS == PUBLIC_ROUTES


@pytest.mark.parametrize("route", sorted(BY_COOKIE), ids=" ".join)
def test_s3_no_cookie_opens_another_citizens_chat(parts, first, second, route):
    browser, _ = first
    mine, theirs = second.cookies["fairway_chat"], browser.site.cookies["fairway_chat"]
    before, (method, path) = held_of(parts, chat_id(browser.site)), route
    with parts.engine.connect() as db:
        whose = t.photos.c.conversation_id == chat_id(browser.site)
        photo_id = db.execute(sa.select(t.photos.c.id).where(whose)).scalar_one()
    path = path.replace("{photo_id}", photo_id)
    id_with_my_token = f"{chat_id(browser.site)}.{mine.partition('.')[2]}"
    id_with_no_token, no_id = f"{chat_id(browser.site)}.", f".{theirs.partition('.')[2]}"
    for cookie in ("", id_with_my_token, id_with_no_token, no_id, mine):
        answer = ask(parts, second, method, path, cookie)
        assert CANARY not in answer.text and b"\xff\xd8\xff" not in answer.content
        assert answer.status_code < 500
        if "photo_id" in route[1]:
            assert answer.status_code == 404
        if path == "/chat/events" and cookie != mine:
            assert answer.status_code == 404, "the stream was opened"
    assert held_of(parts, chat_id(browser.site)) == before


@pytest.mark.parametrize("route", sorted(BY_TOKEN), ids=" ".join)
def test_s3_no_token_opens_another_citizens_conversation(parts, first, second, url, route):
    _, caller = first
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        other = Caller(client)
    method, path = route[0], route[1].replace("{conversation_id}", caller.started["id"])
    before = held_of(parts, caller.started["id"])
    token = caller.started["token"]
    shown = ["", other.headers["Authorization"], f"Basic {token}", token, f"Bearer {token[:-1]}"]
    shown += ["Bearer", f"Bearer {token} {token}", f"Bearer {token.swapcase()}"]
    for authorization in shown:
        body = {"text": "hello"} if method == "POST" else None
        headers = {"Authorization": authorization} if authorization else {}
        answer = second.request(method, path, json=body, headers=headers)
        assert answer.status_code == 401, authorization
        assert CANARY not in answer.text
    assert held_of(parts, caller.started["id"]) == before


def test_s3_tokens_have_256_bits_and_only_their_hash_is_kept(parts, first):
    _, caller = first
    tokens = {caller.started["token"]}
    assert all(len(token) >= 43 for token in tokens)
    assert caller.started["token"] not in "".join(held_of(parts, caller.started["id"]))
