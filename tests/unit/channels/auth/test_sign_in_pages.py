"""Signing in over HTTP."""

from __future__ import annotations

import statistics
import time

import pytest

from channels.auth.accounts import first_sign_in_link
from channels.auth.passwords import Passwords
from channels.auth.throttle import PER_ACCOUNT_AND_ADDRESS
from tests.staff_kit import PAGE, PASSWORD, csrf


def post(client, address, page=None, **fields):
    token = csrf(client.get(page or address).text)
    return client.post(address, data={"csrf": token, **fields})


def test_the_first_link_makes_the_desk_user_and_then_no_more(site):
    link = first_sign_in_link(site.parts.engine, site.url)
    again = first_sign_in_link(site.parts.engine, site.url)
    assert link != again
    with site.client() as client:
        assert client.get(link).status_code == 410
        page = client.get(again)
        assert page.status_code == 200
        assert 'autocomplete="new-password"' in page.text
        answer = post(client, again, password="three kettles sing")
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
        assert client.get("/desk").status_code == 200
        assert client.get(again).status_code == 410
    assert first_sign_in_link(site.parts.engine, site.url) is None


def test_the_first_user_sees_every_team(site):
    link = first_sign_in_link(site.parts.engine, site.url)
    handoff = site.waiting("i want to kill myself")
    with site.client() as client:
        post(client, link, password="three kettles sing")
        assert client.get(f"/desk/cases/{handoff.id}").status_code == 200


def test_no_first_link_where_staff_exist(site):
    site.hire("asha")
    assert first_sign_in_link(site.parts.engine, site.url) is None


def test_a_password_that_will_not_do_says_why_and_keeps_the_link(site):
    link = first_sign_in_link(site.parts.engine, site.url)
    with site.client() as client:
        short = post(client, link, password="too short")
        assert short.status_code == 422
        assert "at least 12 characters" in short.text
        assert "too short" not in short.text
        assert client.get(link).status_code == 200


def test_A11_sign_in_takes_password_managers_and_paste(site):
    with site.client() as client:
        page = client.get("/sign-in").text
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert "onpaste" not in page


def test_signing_in_leads_where_one_was_going(site):
    site.hire("asha")
    with site.client() as client:
        away = client.get("/desk?team=Highways")
        assert away.status_code == 303
        where = away.headers["location"]
        assert where == "/sign-in?next=%2Fdesk%3Fteam%3DHighways"
        token = csrf(client.get(where).text)
        assert 'value="/desk?team=Highways"' in client.get(where).text
        fields = {"username": "asha", "password": PASSWORD, "next": "/desk?team=Highways"}
        back = client.post("/sign-in", data={"csrf": token, **fields})
        assert back.headers["location"] == "/desk?team=Highways"
        assert client.get("/sign-in").headers["location"] == "/desk"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "/desk\\..", "/x"]
)
def test_a_link_cannot_lead_elsewhere(site, elsewhere):
    site.hire("asha")
    with site.client() as client:
        answer = post(client, "/sign-in", username="asha", password=PASSWORD, next=elsewhere)
        assert answer.headers["location"] == "/desk"


def test_an_auditor_lands_on_the_audit(site):
    site.hire("olu", roles=["auditor"])
    with site.client() as client:
        answer = post(client, "/sign-in", username="olu", password=PASSWORD)
        assert answer.headers["location"] == "/audit"


def test_s7_the_cookie_is_out_of_reach_of_scripts(site):
    site.hire("asha")
    with site.client() as client:
        answer = post(client, "/sign-in", username="asha", password=PASSWORD)
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("fairway_staff=")
    for wanted in ("httponly", "samesite=lax", "path=/", "max-age=43200"):
        assert wanted in cookie


def test_wrong_is_said_alike_for_known_and_unknown(site):
    site.hire("asha")
    with site.client() as client:
        known = post(client, "/sign-in", username="asha", password="wrong wrong wrong")
        unknown = post(client, "/sign-in", username="nobody", password="wrong wrong wrong")
    assert known.status_code == unknown.status_code == 422
    sentence = "The user name or the password is not right."
    assert sentence in known.text and sentence in unknown.text
    assert "set-cookie" not in known.headers


def test_wrong_takes_as_long_for_unknown_as_for_known(site):
    site.hire("asha", hashed=Passwords().hash(PASSWORD))
    took = {"asha": [], "nobody": []}
    with site.client() as client:
        token = csrf(client.get("/sign-in").text)
        for _ in range(7):
            for name, times in took.items():
                began = time.perf_counter()
                fields = {"csrf": token, "username": name, "password": "wrong wrong wrong"}
                client.post("/sign-in", data=fields)
                times.append(time.perf_counter() - began)
    known, unknown = (statistics.median(times) for times in took.values())
    assert 0.5 < known / unknown < 2


def test_too_many_tries_are_told_in_plain_words_even_with_the_right_password(site):
    site.hire("asha")
    with site.client() as client:
        token = csrf(client.get("/sign-in").text)
        fields = {"csrf": token, "username": "asha", "password": "wrong wrong wrong"}
        for _ in range(PER_ACCOUNT_AND_ADDRESS):
            assert client.post("/sign-in", data=fields).status_code == 422
        answer = client.post("/sign-in", data={**fields, "password": PASSWORD})
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "900"
    assert "Wait 15 minutes" in answer.text


def test_signing_out_ends_the_session_on_the_server(site):
    asha = site.hire("asha")
    with site.client(asha) as client:
        cookie = client.cookies["fairway_staff"]
        answer = post(client, "/sign-out", page="/desk")
        assert answer.headers["location"] == "/sign-in?out=1"
        assert "You are signed out." in client.get("/sign-in?out=1").text
        client.cookies.set("fairway_staff", cookie)
        assert client.get("/desk").status_code == 303


def test_an_idle_session_goes_to_sign_in(site, clock):
    asha = site.hire("asha")
    with site.client(asha) as client:
        assert client.get("/desk").status_code == 200
        clock.ahead = 61 * 60
        assert client.get("/desk").headers["location"] == "/sign-in?next=%2Fdesk"


def test_s5_a_form_without_a_token_or_from_elsewhere_is_refused(site):
    site.hire("asha")
    fields = {"username": "asha", "password": PASSWORD}
    with site.client() as client:
        assert client.post("/sign-in", data=fields).status_code == 403
        token = csrf(client.get("/sign-in").text)
        foreign = {**PAGE, "Sec-Fetch-Site": "cross-site"}
        refused = client.post("/sign-in", data={"csrf": token, **fields}, headers=foreign)
        assert refused.status_code == 403
        assert "set-cookie" not in refused.headers


def test_what_was_typed_comes_back_as_text(site):
    with site.client() as client:
        page = post(client, "/sign-in", username='"><script>x</script>', password="x").text
    assert "<script>x" not in page
