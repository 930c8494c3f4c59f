"""A copy of the chat by email, through a real mail server; the address is kept nowhere."""

from __future__ import annotations

import socket

import httpx
import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller

from bot.stores import schema
from channels.mail import MailServer, MailUnusable
from tests.forms_kit import Browser
from tests.web_kit import NowClock, make_parts, public_app, serve

ME = "asha.o'neill+council@example.org"


class Kept:
    """A mail server's handler that keeps what it gets and refuses one address."""

    def __init__(self):
        self.letters = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.letters.append((envelope.rcpt_tos, envelope.content.decode()))
        return "250 OK"


@pytest.fixture
def mail():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    kept = Kept()
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    kept.url = f"smtp://127.0.0.1:{port}"
    yield kept
    controller.stop()


@pytest.fixture
def browser(tmp_path, mail):
    parts = make_parts(
        tmp_path, clock=NowClock(), FAIRWAY_SMTP_URL=mail.url,
        FAIRWAY_MAIL_FROM="fairway@example.gov.uk",
    )  # fmt: skip
    with (
        serve(public_app(parts)) as served,
        httpx.Client(base_url=served.url, trust_env=False, timeout=60) as client,
    ):
        made = Browser(client)
        made.parts = parts
        yield made
    parts.engine.dispose()


def test_a_copy_is_sent_once_and_the_address_is_kept_nowhere(browser, mail):
    browser.sends("my bin was missed")
    browser.sends(path="/chat/mail", to=ME)
    assert "We will send the copy in a moment." in browser.page.text
    ((to, letter),) = mail.letters
    assert to == [ME] and "my bin was missed" in letter
    assert "Subject: Your chat with Sandbox Council" in letter
    with browser.parts.engine.begin() as db:
        for table in schema.metadata.sorted_tables:
            assert ME not in str(db.execute(sa.select(table)).all()), table.name


@pytest.mark.parametrize(
    "to",
    ["", "me", "me@localhost", "a@b.c, d@e.f", "a b@c.de", "nobody@example.org",
     "x@y.z\nBcc: q@r.s"],
)  # fmt: skip
def test_what_cannot_be_sent_to_is_said_and_nothing_goes_out(browser, mail, to):
    browser.sends("hello")
    page = browser.sends(path="/chat/mail", to=to)
    assert page.status_code == 422
    assert "We cannot send to that email address." in page.text
    assert mail.letters == []


def test_it_is_no_way_to_write_to_strangers(browser, mail):
    browser.sends("buy my things")
    form = browser.page
    answers = []
    for n in range(4):
        browser.page = form
        answers.append(browser.sends(path="/chat/mail", to=f"s{n}@example.org").status_code)
    assert answers.count(429) >= 1 and len(mail.letters) <= 2


def test_without_a_mail_server_the_form_is_not_there(tmp_path):
    parts = make_parts(tmp_path)
    with (
        serve(public_app(parts)) as served,
        httpx.Client(base_url=served.url, timeout=60, trust_env=False) as client,
    ):
        page = Browser(client)
        page.sends("hello")
        assert "/chat/mail" not in page.page.text
    parts.engine.dispose()
    with pytest.raises(MailUnusable):
        MailServer("", "").send(ME, "x", "y")
    with pytest.raises(MailUnusable):
        MailServer("smtp://127.0.0.1:9", "f@example.org").send(ME, "x", "y")
