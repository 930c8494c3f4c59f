"""Pages are brought in from folders, sitemaps and JSON:API, and from public addresses only."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from actions.pages.command import pages
from actions.pages.html_text import read_html
from actions.pages.keep import keep_pages
from actions.pages.safe_fetch import FetchRefused, SafeFetcher, is_public
from actions.pages.sources import SourceUnreadable, from_web
from bot.files.pages import load_pages

TODAY = date(2026, 11, 29)
SITE = "https://council.example"
PUBLIC = [ip_address("93.184.216.34")]
PAGE = """<html lang="en-GB"><head><title>Bins | Council</title><style>p {}</style></head><body>
<nav><a href="/">Home</a></nav><main><h1>Bin days</h1><p>We empty bins <b>each week</b> on the
same day, from seven in the morning.</p><h2>Missed</h2><ul><li>Tell us within two days.</li></ul>
<script>alert(1)</script></main><footer>Contact</footer></body></html>"""
SITEMAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://council.example/bins</loc><lastmod>2026-10-01T10:00:00Z</lastmod></url>
<url><loc>https://elsewhere.example/secret</loc></url>
<url><loc>https://council.example/gone</loc></url></urlset>"""
JSON_API = {
    "data": [
        {
            "attributes": {
                "title": "Council tax",
                "body": {"processed": "<p>You pay council tax in ten parts, from April on.</p>"},
                "path": {"alias": "/council-tax"},
                "changed": "2026-09-09T09:00:00+01:00",
                "langcode": "en",
                "status": True,
            }
        },
        {"attributes": {"title": "Draft", "status": False}},
        "nonsense",
    ],
    "links": {"next": {"href": "https://council.example/jsonapi?page=2"}},
}


def fetcher(
    answer: Callable[[httpx.Request], httpx.Response], find: Callable = lambda host, port: PUBLIC
) -> SafeFetcher:
    client = httpx.Client(transport=httpx.MockTransport(answer))
    return SafeFetcher(client, find=find, max_bytes=20_000)


def site(request: httpx.Request) -> httpx.Response:
    """A council's web site. It is asked at its address, by its name."""
    assert request.url.host == "93.184.216.34" and request.headers["host"] == "council.example"
    assert request.extensions["sni_hostname"] == "council.example"
    path = request.url.raw_path.decode()
    if path == "/bins":
        return httpx.Response(200, text=PAGE, headers={"content-type": "text/html"})
    if path == "/sitemap.xml":
        return httpx.Response(200, text=SITEMAP, headers={"content-type": "application/xml"})
    if path == "/index.xml":
        inner = f"<sitemapindex><sitemap><loc>{SITE}/sitemap.xml</loc></sitemap></sitemapindex>"
        return httpx.Response(200, text=inner)
    if path == "/jsonapi":
        return httpx.Response(200, json=JSON_API)
    if path == "/jsonapi?page=2":
        return httpx.Response(200, json={"data": []})
    return httpx.Response(404)


@pytest.mark.parametrize("path", ["/sitemap.xml", "/index.xml"])
def test_a_sitemaps_pages_become_files_that_can_be_quoted(tmp_path: Path, path: str) -> None:
    found = list(from_web(SITE + path, fetcher(site)))
    assert keep_pages(found, tmp_path, TODAY) == (1, 0)
    (page,) = load_pages(tmp_path)
    assert (page.title, page.source, page.language) == ("Bin days", f"{SITE}/bins", "en")
    assert page.reviewed == date(2026, 10, 1)
    assert page.passages == (
        "We empty bins each week on the same day, from seven in the morning.",
        "Tell us within two days.",
    )
    assert page.headings == ("", "Missed")


def test_json_api_pages_are_followed_and_drafts_left_out(tmp_path: Path) -> None:
    keep_pages(from_web(f"{SITE}/jsonapi", fetcher(site)), tmp_path, TODAY)
    (page,) = load_pages(tmp_path)
    assert (page.title, page.source) == ("Council tax", f"{SITE}/council-tax")
    assert page.reviewed == date(2026, 9, 9)


def test_codes_that_people_wrote_survive_the_next_import(tmp_path: Path) -> None:
    for _ in range(2):
        keep_pages(from_web(f"{SITE}/sitemap.xml", fetcher(site)), tmp_path, TODAY)
        (path,) = tmp_path.glob("*.md")
        path.write_text(path.read_text("utf-8").replace("lgsl: []", "lgsl: [524, 533]"), "utf-8")
    keep_pages(from_web(f"{SITE}/sitemap.xml", fetcher(site)), tmp_path, TODAY)
    assert load_pages(tmp_path)[0].lgsl == {524, 533}


INWARD = (
    "127.0.0.1 10.0.0.1 172.16.3.4 192.168.1.1 169.254.169.254 0.0.0.0 100.64.0.1 224.0.0.1 "
    "255.255.255.255 ::1 :: fe80::1 fc00::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 "
    "2002:7f00:1:: ff02::1"
)


@pytest.mark.parametrize("address", INWARD.split())
def test_no_inward_address_is_ever_called(address: str) -> None:
    def never(request: httpx.Request) -> httpx.Response:
        raise AssertionError("it was called")

    assert not is_public(ip_address(address))
    found = [ip_address("93.184.216.34"), ip_address(address)]
    with pytest.raises(FetchRefused, match="public internet"):
        fetcher(never, lambda host, port: found).get("https://council.example/")


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://a.example", "https://", "https://u:p@a.example", "http://a:x/"],
)
def test_no_other_scheme_is_used(url: str) -> None:
    with pytest.raises(FetchRefused):
        fetcher(site).get(url)


def test_a_redirect_is_looked_at_anew() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": "http://inside.example/latest"})

    def find(host: str, port: int) -> list:
        return PUBLIC if host == "council.example" else [ip_address("169.254.169.254")]

    with pytest.raises(FetchRefused, match=r"inside\.example is not on the public internet"):
        fetcher(answer, find).get(SITE)
    with pytest.raises(FetchRefused, match="circles"):
        fetcher(answer).get(SITE)


def test_a_page_without_end_is_left() -> None:
    with pytest.raises(FetchRefused, match="too long"):
        fetcher(lambda request: httpx.Response(200, text="x" * 50_000)).get(SITE)


def test_the_real_look_up_refuses_this_machine() -> None:
    with httpx.Client() as client, pytest.raises(FetchRefused):
        SafeFetcher(client).get("http://localhost:9/")


@pytest.mark.parametrize(
    "body",
    ["<html></html>", "{", "[]", '{"data": 3}', "<a/>", '<!DOCTYPE a [<!ENTITY b "c">]><a/>'],
)
def test_what_is_no_list_of_pages_is_named(body: str) -> None:
    with pytest.raises(SourceUnreadable):
        list(from_web(SITE, fetcher(lambda request: httpx.Response(200, text=body))))


@given(st.text(max_size=300))
def test_any_html_is_read(html: str) -> None:
    text = read_html(html)
    assert all(words for _, words in text.blocks)
    read_html(f"<main><p>{html}</main><script>{html}")


def test_the_command_imports_a_folder_and_an_export(tmp_path: Path) -> None:
    web = tmp_path / "web"
    web.mkdir()
    link = f'<link rel="canonical" href="{SITE}/bins">'
    (web / "bins.html").write_text(PAGE.replace("<head>", f"<head>{link}"), "utf-8")
    export, out = tmp_path / "export.json", tmp_path / "out"
    export.write_text(json.dumps(JSON_API), "utf-8")
    run = CliRunner().invoke
    said = run(pages, ["import", str(web), "--out", str(out)])
    assert said.exit_code == 0 and "1 pages" in said.output
    said = run(pages, ["import", str(export), "--base", SITE, "--out", str(out)])
    assert said.exit_code == 0, said.output
    assert {page.title for page in load_pages(out)} == {"Bin days", "Council tax"}
    (web / "bins.html").write_text(PAGE, "utf-8")
    assert "canonical" in run(pages, ["import", str(web), "--out", str(out)]).output
    assert run(pages, ["import", str(tmp_path / "none"), "--out", str(out)]).exit_code == 1
