"""The second step of signing in: codes of an authenticator app."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from channels.auth.codes import STEP, TicketOld, Tickets, app_address, step_of_code
from channels.auth.throttle import PER_ACCOUNT_AND_ADDRESS
from tests.staff_kit import PASSWORD, csrf

RFC_6238 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")]
)
def test_codes_are_those_of_rfc_6238(seconds, code):
    at = datetime.fromtimestamp(seconds, UTC)
    assert step_of_code(RFC_6238, code, at) == seconds // STEP
    assert step_of_code(RFC_6238, f"{code[:3]} {code[3:]}", at) == seconds // STEP


def test_clocks_may_be_half_a_minute_off_and_no_more():
    code = pyotp.TOTP(RFC_6238).at(NOW)
    assert step_of_code(RFC_6238, code, NOW + timedelta(seconds=STEP)) is not None
    assert step_of_code(RFC_6238, code, NOW + timedelta(seconds=3 * STEP)) is None
    for wrong in ("", "12345", "abcdef", "١٢٣٤٥٦", code + "0"):
        assert step_of_code(RFC_6238, wrong, NOW) is None


def test_a_ticket_is_signed_and_ends():
    tickets = Tickets("secret")
    ticket = tickets.make("staff1", NOW)
    assert tickets.read(ticket, NOW) == "staff1"
    for wrong, at in (
        (ticket, NOW + timedelta(minutes=6)),
        (ticket.replace("staff1", "staff2"), NOW),
        ("", NOW),
        ("a.b.c", NOW),
        (Tickets("other").make("staff1", NOW), NOW),
    ):
        with pytest.raises(TicketOld):
            tickets.read(wrong, at)


def test_the_address_for_the_app_names_council_and_person():
    made = app_address(RFC_6238, "asha", "Sandbox Council")
    assert made.startswith("otpauth://totp/Sandbox%20Council:asha?secret=")


def test_from_switching_it_on_to_signing_in_with_it(site, clock):
    asha = site.hire("asha")
    page = site.client(asha)
    shown = page.get("/account").text
    secret = shown.split('name="secret" value="', 1)[1].split('"', 1)[0]
    app = pyotp.TOTP(secret)
    wrong = page.post("/account/codes", data={"csrf": csrf(shown), "secret": secret, "code": "1"})
    assert wrong.status_code == 422
    assert secret in wrong.text
    spent = app.at(clock.now())
    fields = {"csrf": csrf(shown), "secret": secret, "code": spent}
    assert page.post("/account/codes", data=fields).status_code == 303
    assert "Sign-in wants a code" in page.get("/account").text

    def password(client):
        token = csrf(client.get("/sign-in").text)
        fields = {"csrf": token, "username": "asha", "password": PASSWORD, "next": "/desk"}
        return client.post("/sign-in", data=fields)

    def give(client, asked, code):
        ticket = asked.text.split('name="ticket" value="', 1)[1].split('"', 1)[0]
        fields = {"csrf": csrf(asked.text), "ticket": ticket, "code": code, "next": "/desk"}
        return client.post("/sign-in/code", data=fields)

    new = site.client()
    asked = password(new)
    assert asked.status_code == 200
    assert "fairway_staff" not in new.cookies
    assert new.get("/desk").status_code == 303  # the password alone opens nothing
    assert give(new, asked, spent).status_code == 422  # when it was set up
    clock.ahead += STEP
    good = app.at(clock.now())
    signed_in = give(new, asked, good)
    assert signed_in.headers["location"] == "/desk"
    assert new.get("/desk").status_code == 200
    other = site.client()
    asked = password(other)
    assert give(other, asked, good).status_code == 422  # somebody looked over the shoulder
    clock.ahead += 6 * 60
    assert give(other, asked, app.at(clock.now())).status_code == 410
    with site.store.begin() as work:
        log = [e.action for e in work.staff_log.about("asha")]
    assert "codes_wanted" in log
    assert "code_refused" in log


def wants_codes(page, clock):
    """Whose page it is has an app from now on, which is given back; its code then is spent."""
    shown = page.get("/account").text
    secret = shown.split('name="secret" value="', 1)[1].split('"', 1)[0]
    app = pyotp.TOTP(secret)
    fields = {"csrf": csrf(shown), "secret": secret, "code": app.at(clock.now())}
    assert page.post("/account/codes", data=fields).status_code == 303
    return app


def change(page, **fields):
    """The answer to the form of one's own account."""
    token = csrf(page.get("/account").text)
    return page.post("/account/codes", data={"csrf": token, **fields})


def test_codes_can_be_stopped_with_a_code_only(site, clock):
    page = site.client(site.hire("asha"))
    app = wants_codes(page, clock)
    assert change(page, code="000000").status_code == 422
    clock.ahead += STEP
    assert change(page, code=app.at(clock.now())).status_code == 303
    assert "Make your sign-in safer" in page.get("/account").text
    assert change(page, code=app.at(clock.now())).status_code == 422, "there is nothing to stop"


def test_a_code_that_was_used_stops_nothing(site, clock):
    page = site.client(site.hire("asha"))
    app = wants_codes(page, clock)
    spent = app.at(clock.now())
    assert change(page, code=spent).status_code == 422
    assert "Sign-in wants a code" in page.get("/account").text
    with site.store.begin() as work:
        assert "code_refused" in [e.action for e in work.staff_log.about("asha")]
    clock.ahead += STEP
    once = app.at(clock.now())
    assert change(page, code=once).status_code == 303


def test_another_app_takes_a_code_of_the_one_before(site, clock):
    page = site.client(site.hire("asha"))
    old, new = wants_codes(page, clock), pyotp.TOTP(pyotp.random_base32(32))
    assert "Code of the app you have now" in page.get("/account").text
    spent = old.at(clock.now())
    clock.ahead += STEP
    fields = {"secret": new.secret, "code": new.at(clock.now())}
    for wrong in ("", "000000", spent, fields["code"]):
        refused = change(page, **fields, old_code=wrong)
        assert refused.status_code == 422, f"{wrong} is no code of the old app"
        assert new.secret in refused.text, "what is in the new app by now is not lost"
    right = old.at(clock.now())
    assert change(page, secret=new.secret, code="000000", old_code=right).status_code == 422
    assert change(page, **fields, old_code=right).status_code == 303
    clock.ahead += STEP
    assert change(page, code=old.at(clock.now())).status_code == 422
    assert change(page, code=new.at(clock.now())).status_code == 303


def test_guessing_codes_at_a_desk_left_open_is_slowed_down(site, clock):
    page = site.client(site.hire("asha"))
    app = wants_codes(page, clock)
    clock.ahead += STEP
    tries = [change(page, code="000000") for _ in range(PER_ACCOUNT_AND_ADDRESS + 1)]
    assert [t.status_code for t in tries] == [422] * PER_ACCOUNT_AND_ADDRESS + [429]
    assert tries[-1].headers["Retry-After"] == "900"
    assert change(page, code=app.at(clock.now())).status_code == 429
    assert "Sign-in wants a code" in page.get("/account").text
