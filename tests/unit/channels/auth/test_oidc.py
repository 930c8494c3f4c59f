"""Signing in with the council's own OpenID provider: a real one, in a process of its own."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from channels.auth.oidc import Attempt, ProviderRefused
from channels.auth.routes import provider_in
from channels.settings import BadSetting, load_settings
from tests.staff_kit import Site, staff_site
from tests.web_kit import make_parts

PEOPLE = (
    {"sub": "1", "email": "asha@council.example", "email_verified": True},
    {"sub": "2", "email": "nobody@council.example"},
    {"sub": "3", "email": "bryn@council.example", "email_verified": False},
    {"sub": "4"},
)


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The issuer's address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).parent / "oidc-provider-mock"), "--port", str(port)]
    command += ["--require-nonce", "true"]
    for person in PEOPLE:
        command += ["--user-claims", json.dumps(person)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    issuer = f"http://127.0.0.1:{port}"
    try:
        wait_for(issuer)
        yield issuer
    finally:
        process.terminate()
        process.wait(60)


def wait_for(issuer: str) -> None:
    for _ in range(200):
        try:
            httpx.get(f"{issuer}/.well-known/openid-configuration", timeout=60, trust_env=False)
            return
        except httpx.TransportError:
            time.sleep(0.05)
    pytest.fail("the provider did not start")


@pytest.fixture
def site(tmp_path, provider) -> Iterator[Site]:
    """A site whose public address is the one it is served at: the provider sends back there."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    parts = make_parts(
        tmp_path,
        FAIRWAY_OIDC_ISSUER=provider,
        FAIRWAY_OIDC_CLIENT_ID="fairway",
        FAIRWAY_OIDC_CLIENT_SECRET="a secret of ours",
        FAIRWAY_PORT=str(port),
    )
    with staff_site(parts) as served:
        yield served
    parts.engine.dispose()


def through(site: Site, client: httpx.Client, sub: str, deny: bool = False) -> str:
    """The address with which the browser comes back from the provider."""
    gone = client.get("/sign-in/council/go?next=/desk/team")
    assert gone.status_code == 303, gone.text
    with httpx.Client(trust_env=False, timeout=60) as elsewhere:
        fields = {"action": "deny"} if deny else {"sub": sub}
        back = elsewhere.post(gone.headers["location"], data=fields)
    address = urlsplit(back.headers["location"])
    assert address.path == "/sign-in/council"
    return f"{address.path}?{address.query}"


def test_someone_with_an_account_is_let_in_and_goes_where_they_were_going(site):
    site.hire("asha@council.example")
    client = site.client()
    assert "Sign in with your council account" in client.get("/sign-in").text
    answer = client.get(through(site, client, "1"))
    assert answer.status_code == 303
    assert answer.headers["location"] == "/desk/team"
    assert client.get("/desk").status_code == 200
    with site.store.begin() as work:
        log = [e.action for e in work.staff_log.about("asha@council.example")]
    assert log[-2:] == ["vouched_for", "signed_in"]


@pytest.mark.parametrize("sub", ["2", "3", "4"], ids=["no account", "not verified", "no email"])
def test_who_is_not_known_here_or_not_vouched_for_stays_outside(site, sub):
    site.hire("bryn@council.example")
    client = site.client()
    answer = client.get(through(site, client, sub))
    assert answer.status_code == 403
    assert client.get("/desk").status_code == 303


def test_someone_switched_off_stays_outside(site):
    held = site.hire("asha@council.example")
    with site.store.begin() as work:
        work.staff.save(replace(held, active=False))
        work.commit()
    client = site.client()
    assert client.get(through(site, client, "1")).status_code == 403


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(site):
    site.hire("asha@council.example")
    mine, other = site.client(), site.client()
    address = through(site, mine, "1")
    assert other.get(address).status_code == 403  # no attempt of its own
    through(site, other, "1")
    assert other.get(address).status_code == 403  # another attempt
    wrong = re.sub(r"state=[^&]+", "state=forged", address)
    assert mine.get(wrong).status_code == 403
    assert mine.get(address).status_code == 303
    assert mine.get(address).status_code == 403  # a code is spent


def test_who_says_no_at_the_provider_is_told(site):
    client = site.client()
    assert client.get(through(site, client, "1", deny=True)).status_code == 403


def test_pkce_state_and_nonce_are_asked_for(site):
    query = parse_qs(urlsplit(site.client().get("/sign-in/council/go").headers["location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["response_type"] == ["code"]
    assert len(query["state"][0]) >= 32 and len(query["nonce"][0]) >= 32


def test_a_provider_that_is_away_leaves_the_password(tmp_path):
    parts = make_parts(
        tmp_path,
        FAIRWAY_OIDC_ISSUER="http://127.0.0.1:9",
        FAIRWAY_OIDC_CLIENT_ID="fairway",
    )
    with staff_site(parts) as site:
        answer = site.client().get("/sign-in/council/go")
        assert answer.status_code == 503
        assert "Password" in answer.text
    parts.engine.dispose()


def test_an_attempt_changed_in_the_browser_is_refused():
    packed = Attempt("s", "n", "v", "/desk").pack("key")
    assert Attempt.unpack(packed, "key").next == "/desk"
    for wrong in ("", "x", packed + "0", packed[5:]):
        with pytest.raises(ProviderRefused):
            Attempt.unpack(wrong, "key")


def test_settings_that_make_no_sense_are_refused(tmp_path):
    home = {"FAIRWAY_HOME": str(tmp_path)}
    for wrong in (
        {"FAIRWAY_OIDC_ISSUER": "http://login.example"},
        {"FAIRWAY_OIDC_ISSUER": "https://login.example"},
    ):
        with pytest.raises(BadSetting):
            load_settings({**home, **wrong})
    assert provider_in(load_settings(home)) is None


def test_without_a_provider_there_is_no_way_to_one(tmp_path):
    parts = make_parts(tmp_path)
    with staff_site(parts) as site:
        assert "council account" not in site.client().get("/sign-in").text
        assert site.client().get("/sign-in/council/go").status_code == 404
    parts.engine.dispose()
