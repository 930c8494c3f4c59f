"""The chat in a frame of the council's other sites: who may, and how its cookies are set."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from channels.settings import BadSetting, load_settings
from tests.forms_kit import Browser
from tests.web_kit import make_parts, public_app, serve

SITES = "https://www.example.gov.uk http://localhost:8301"
CITIZENS = ("/", "/chat", "/resume", "/about-you", "/privacy", "/accessibility")
OTHERS = ("/nope", "/api/docs", "/healthz")


def site_of(tmp_path, **environment):
    parts = make_parts(tmp_path, **environment)
    return parts, serve(public_app(parts))


def test_without_a_setting_nobody_may_frame_anything(tmp_path):
    parts, served = site_of(tmp_path)
    with (
        served as running,
        httpx.Client(base_url=running.url, timeout=60, trust_env=False) as client,
    ):
        for path in CITIZENS + OTHERS:
            headers = client.get(path).headers
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["x-frame-options"] == "DENY"
    parts.engine.dispose()


def test_the_sites_named_may_frame_the_citizens_pages_only(tmp_path):
    parts, served = site_of(tmp_path, FAIRWAY_EMBED_ORIGINS=SITES)
    with (
        served as running,
        httpx.Client(base_url=running.url, timeout=60, trust_env=False) as client,
    ):
        for path in CITIZENS:
            headers = client.get(path).headers
            policy = headers["content-security-policy"]
            assert f"frame-ancestors 'self' {SITES};" in policy, path
            assert "x-frame-options" not in headers
            assert "script-src 'self'" in policy
        for path in OTHERS:
            headers = client.get(path).headers
            assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert client.get("/widget.js").headers["cross-origin-resource-policy"] == "cross-origin"
    parts.engine.dispose()


def test_in_a_frame_the_cookie_is_kept_apart_by_the_site_around_it(tmp_path):
    parts, served = site_of(
        tmp_path, FAIRWAY_EMBED_ORIGINS=SITES, FAIRWAY_PUBLIC_URL="https://chat.example.org"
    )
    with (
        served as running,
        httpx.Client(base_url=running.url, timeout=60, trust_env=False) as client,
    ):
        page = Browser(client)
        answer = client.post(
            "/chat",
            data={"csrf": page.field("csrf"), "client_id": "1", "text": "hello"},
            headers={"Origin": "https://chat.example.org"},
        )
        cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-fairway_chat=")
    for part in ("HttpOnly", "Secure", "SameSite=none", "Partitioned", "Path=/"):
        assert part in cookie, cookie
    parts.engine.dispose()


def test_the_script_has_the_councils_words_and_no_markup(tmp_path):
    parts, served = site_of(tmp_path)
    with (
        served as running,
        httpx.Client(base_url=running.url, timeout=60, trust_env=False) as client,
    ):
        answer = client.get("/widget.js")
    about = json.loads(re.search(r"const about = (\{.*\});", answer.text)[1])
    assert about["words"]["cy"] == ["Gofyn i'r cyngor", "Cau'r sgwrs"]
    assert set(about["words"]) == set(parts.council.languages)
    assert "innerHTML" not in answer.text and "set-cookie" not in answer.headers
    parts.engine.dispose()


@pytest.mark.parametrize("origin", ["*", "example.gov.uk", "https://a.b/c", "https://a.b;script"])
def test_what_is_no_site_is_refused_at_the_start(tmp_path, origin):
    with pytest.raises(BadSetting, match="FAIRWAY_EMBED_ORIGINS"):
        load_settings({"FAIRWAY_HOME": str(tmp_path), "FAIRWAY_EMBED_ORIGINS": origin})
