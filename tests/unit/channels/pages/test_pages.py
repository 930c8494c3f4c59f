"""The chrome: headers everywhere, safe forms, plain errors, words in both languages."""

from __future__ import annotations

import re

import httpx
import pytest
from fastapi import APIRouter, Depends, Form, Request

from bot.desk_visit import VisitsUnavailable
from bot.files.catalogues import load_catalogues, missing, placeholders
from bot.files.council import load_council
from channels.limits import MemoryLimiter, TooManyRequests
from channels.pages import Pages, check_csrf, page_language, text_direction
from channels.pages.static_files import load_static_files
from channels.settings import ROOT
from channels.web.chat_page import split_links
from tests.web_kit import make_parts, public_app, serve

PAGE = {"Accept": "text/html"}


def make_test_router(parts) -> APIRouter:
    router, pages = APIRouter(), Pages(parts)

    @router.get("/form")
    def form(request: Request):
        return pages.render(request, "plain.html", title="Form", body=pages.csrf_field(request))

    @router.post("/form", dependencies=[Depends(check_csrf)])
    def take(words: str = Form("")):
        return {"words": words}

    @router.get("/boom")
    def boom():
        raise ValueError("canary 07700 900123")

    @router.get("/english-only")
    def english_only():
        raise VisitsUnavailable

    return router


@pytest.fixture
def serve_site(tmp_path):
    opened = []

    def open_site(**environment):
        parts = make_parts(tmp_path, **environment)
        served = serve(public_app(parts, make_test_router))
        client = httpx.Client(base_url=served.__enter__().url, trust_env=False, timeout=60)
        opened.append((served, client, parts))
        return client

    yield open_site
    for served, client, parts in opened:
        client.close()
        served.__exit__(None, None, None)
        parts.engine.dispose()


@pytest.fixture
def site(serve_site):
    return serve_site()


EVERYWHERE = [
    ("GET", "/"), ("GET", "/privacy"), ("GET", "/accessibility"), ("GET", "/nope"),
    ("GET", "/boom"), ("GET", "/healthz"), ("GET", "/metrics"), ("GET", "/api/docs"),
    ("GET", "/api/openapi.json"), ("POST", "/api/conversations"), ("POST", "/chat"),
    ("DELETE", "/"), ("GET", "/static/none.css"), ("GET", "/api/conversations/x/events"),
]  # fmt: skip


def test_s7_every_answer_carries_the_security_headers(site):
    for method, path in EVERYWHERE:
        headers = site.request(method, path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy and "http" not in policy
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "permissions-policy" in headers
        assert "strict-transport-security" not in headers


def test_s7_over_https_cookies_are_tied_to_the_host(serve_site):
    site = serve_site(FAIRWAY_PUBLIC_URL="https://chat.example.gov.uk")
    page = site.get("/?lang=cy", headers=PAGE)
    assert page.headers["strict-transport-security"].startswith("max-age=31536000")
    cookie = page.headers["set-cookie"]
    assert cookie.startswith("__Host-fairway_language=cy;")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"))


def token(page: httpx.Response) -> str:
    return re.search(r'name="csrf" value="([^"]+)"', page.text)[1]


def test_s5_a_form_needs_its_token_and_our_own_origin(site):
    page = site.get("/form")
    assert site.post("/form", data={"csrf": token(page), "words": "hi"}).json() == {"words": "hi"}
    for data in ({}, {"csrf": "x"}, {"csrf": "a.b"}, {"csrf": token(page)[:-1]}):
        answer = site.post("/form", data=data, headers=PAGE)
        assert answer.status_code == 403 and "out of date" in answer.text
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"},
                    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):  # fmt: skip
        answer = site.post("/form", data={"csrf": token(page)}, headers=headers | PAGE)
        assert answer.status_code == 403 and "some other site" in answer.text
    ours = {"Origin": str(site.base_url).rstrip("/")}
    assert site.post("/form", data={"csrf": token(page)}, headers=ours).status_code == 200


def test_s5_a_token_of_another_browser_is_worth_nothing(site):
    stranger = token(site.get("/form"))
    data = {"csrf": stranger}
    headers = {"Cookie": "fairway_chat=someone.else"}
    assert site.post("/form", data=data, headers=headers).status_code == 403


def test_a_token_never_repeats_on_a_compressed_page(site):
    assert token(site.get("/form")) != token(site.get("/form"))


def test_errors_are_pages_for_people_and_json_for_programs(site):
    page = site.get("/nope", headers=PAGE)
    assert page.status_code == 404
    assert "We cannot find that page." in page.text and "0345 000 0000" in page.text
    welsh = site.get("/nope?lang=cy", headers=PAGE)
    assert "Ni allwn ddod o hyd" in welsh.text and 'lang="cy"' in welsh.text
    program = site.get("/nope", headers={"Accept": "application/json"})
    assert set(program.json()) == {"error", "message", "what_next"}


def test_words_in_another_language_than_the_page_say_so(site):
    page = site.get("/english-only?lang=ar", headers=PAGE)
    assert '<html lang="ar" dir="rtl">' in page.text
    message, _, next_step = str(VisitsUnavailable()).partition(". ")
    assert f'<h1 lang="en" dir="ltr">{message}.</h1>' in page.text
    assert f'<p lang="en" dir="ltr">{next_step}</p>' in page.text
    assert f'<title lang="en" dir="ltr">{message}.' in page.text
    for path in ("/english-only?lang=en", "/nope?lang=ar"):
        own = site.get(path, headers=PAGE).text
        assert "<title>" in own and "<h1>" in own


def test_a_program_is_still_told_that_an_address_takes_forms_only(site):
    for path, headers in (
        ("/chat", {"Accept": "application/json"}),
        ("/chat", {"Accept": "*/*"}),
        ("/api/conversations", PAGE),
    ):
        assert site.get(path, headers=headers).status_code == 405
    assert site.delete("/chat", headers=PAGE).status_code == 405


@pytest.mark.parametrize("lang", ["cy", "%0d%0aSet-Cookie:x=1", "//evil.example", "%26a=b"])
def test_s7_the_way_to_the_page_above_stays_on_our_site(site, lang):
    answer = site.get(f"/chat/move?lang={lang}", headers=PAGE)
    assert answer.status_code == 303 and "set-cookie" not in answer.headers
    assert re.fullmatch(r"/\?lang=[\w%.-]+", answer.headers["location"])


def test_s10_an_unforeseen_error_is_a_calm_page_and_tells_no_secret(site, caplog):
    page = site.get("/boom", headers=PAGE)
    assert page.status_code == 500
    assert "It is not your fault." in page.text and "Other ways to get help" in page.text
    assert "canary" not in page.text and "canary" not in caplog.text
    assert "ValueError in GET" in caplog.text


def test_too_much_is_refused_even_when_its_size_is_hidden(site):
    csrf = token(site.get("/form"))
    assert site.post("/form", content=b"x" * 300_000).status_code == 413
    body = (b"csrf=" + csrf.encode() + b"&words=" if i == 0 else b"x" * 100_000 for i in range(4))
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert site.post("/form", content=body, headers=form).status_code == 413


def test_static_files_are_named_by_their_content_and_compressed(site):
    page = site.get("/")
    css = re.search(r'href="(/static/pages/fairway\.\w{10}\.css)"', page.text)[1]
    answer = site.get(css)
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert site.get(css, headers={"Accept-Encoding": ""}).text == answer.text
    for wrong in ("/static/pages/fairway.css", "/static/../settings.py", "/static/pages/"):
        assert site.get(wrong).status_code == 404


def test_the_councils_colour_is_in_the_styles():
    ours, usual = load_static_files("#123456"), load_static_files("#00454d")
    assert b"#123456" in ours.by_name["pages/fairway.css"].body
    assert ours.url("pages/fairway.css") != usual.url("pages/fairway.css")


@pytest.mark.parametrize(
    "language", sorted(set(load_catalogues(ROOT / "channels" / "pages").languages) - {"en"})
)
def test_L2_every_word_of_the_pages_is_there_in_every_language(language):
    words = load_catalogues(ROOT / "channels" / "pages")
    assert missing(words, language) == []
    assert set(words.texts[language]) == set(words.texts["en"])
    for key in words.keys:
        english, theirs = (words.texts[lang][key, ""] for lang in ("en", language))
        assert placeholders(english) == placeholders(theirs), key
    header = (ROOT / "channels" / "pages" / f"{language}.po").read_text("utf-8")[:200]
    assert "machine-written, awaiting review by a native speaker" in header


def test_L2_the_pages_speak_every_language_that_is_offered():
    offered = load_council(ROOT / "bot" / "council.yml").languages
    assert set(offered) == set(load_catalogues(ROOT / "channels" / "pages").languages)


def test_L2_every_word_a_template_asks_for_is_there():
    words = load_catalogues(ROOT / "channels" / "pages")
    for template in (ROOT / "channels").glob("*/templates/*.html"):
        for key in re.findall(r"\bt\('(\w+)'[,)]", template.read_text("utf-8")):
            assert words.has(key), f"{template.name}: {key}"


def request_with(headers: dict[str, str], query: str = "") -> Request:
    raw = [(k.lower().encode(), v.encode()) for k, v in headers.items()]
    return Request({"type": "http", "headers": raw, "query_string": query.encode()})


@pytest.mark.parametrize(
    ("headers", "query", "language"),
    [({}, "", "en"), ({"Accept-Language": "cy-GB,en;q=0.5"}, "", "cy"),
     ({"Accept-Language": "fr, *"}, "", "en"), ({"Cookie": "fairway_language=cy"}, "", "cy"),
     ({"Cookie": "fairway_language=cy"}, "lang=en", "en"), ({}, "lang=%3Cscript%3E", "en"),
     ({"Accept-Language": "pa-IN,en"}, "", "pa"), ({"Accept-Language": "zh-Hant-TW"}, "", "zh"),
     ({"Accept-Language": "zh-CN"}, "", "zh"), ({"Accept-Language": "ur-PK"}, "", "ur"),
     ({"Accept-Language": "ur-latn-PK"}, "", "ur-Latn"), ({}, "lang=ur-Latn", "ur-Latn"),
     ({"Accept-Language": "-,--,;q=1,*"}, "", "en")],
)  # fmt: skip
def test_a_page_is_drawn_in_the_citizens_language(headers, query, language):
    offered = ("en", "cy", "pa", "zh", "ur", "ur-Latn")
    assert page_language(request_with(headers, query), offered, secure=False) == language


def test_directions_are_known():
    codes = ("en", "ur", "ar", "ar-SA", "ur-Latn", "UR-latn-PK", "pa", "pa-Arab-PK", "zh", "")
    left = {code for code in codes if text_direction(code) == "ltr"}
    assert left == {"en", "ur-Latn", "UR-latn-PK", "pa", "zh", ""}


@pytest.mark.parametrize(("language", "way"), [("ar", "rtl"), ("ur", "rtl"), ("ur-Latn", "ltr")])
def test_words_of_the_page_and_words_of_the_assistant_each_say_what_they_are(site, language, way):
    page = site.get(f"/?lang={language}", headers=PAGE)
    assert f"fairway_language={language};" in page.headers["set-cookie"]
    assert f'<html lang="{language}" dir="{way}">' in page.text
    assert f'<span lang="{language}" dir="{way}" aria-current="true">' in page.text
    if language in load_catalogues(ROOT / "bot" / "replies").languages:
        assert f'<div class="bubble" lang="{language}" dir="{way}">' in page.text


def test_a_limit_lets_a_burst_through_and_then_the_rate():
    now = [0.0]
    limiter = MemoryLimiter(lambda: now[0])
    for _ in range(30):
        limiter.take("me", 30)
    with pytest.raises(TooManyRequests) as caught:
        limiter.take("me", 30)
    assert caught.value.seconds == 2
    limiter.take("you", 30)
    now[0] = 2.1
    limiter.take("me", 30)


def test_a_limiter_forgets_the_longest_unused():
    limiter = MemoryLimiter(lambda: 0.0, keys=2)
    for key in ("a", "b", "a", "c"):
        limiter.take(key, 2)
    with pytest.raises(TooManyRequests):
        limiter.take("a", 2)
    limiter.take("b", 1)


@pytest.mark.parametrize(
    ("text", "links"),
    [("see https://a.example/b?c=1.", ["https://a.example/b?c=1"]), ("javascript:alert(1)", []),
     ("(http://a.example)", ["http://a.example"]), ("no link", []),
     ('https://a.example/"onclick=1', ["https://a.example/"])],
)  # fmt: skip
def test_only_web_addresses_become_links(text, links):
    assert [piece for piece, is_link in split_links(text) if is_link] == links
    assert "".join(piece for piece, _ in split_links(text)) == text
