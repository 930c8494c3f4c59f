"""Where pages come from: a folder, a sitemap, or LocalGov Drupal's JSON:API."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from actions.pages.html_text import PageText, read_html
from actions.pages.safe_fetch import Fetched, FetchRefused, SafeFetcher
from bot.errors import FairwayError

MOST_PAGES, MOST_LISTS = 2_000, 200


class SourceUnreadable(FairwayError):
    """That is no folder, sitemap or JSON:API list of pages. Check the address."""


@dataclass(frozen=True)
class FoundPage:
    """A page as found. ``changed`` is when the council says it last was, if it does say so."""

    source: str
    text: PageText
    changed: date | None = None


def from_folder(folder: Path) -> Iterator[FoundPage]:
    """The ``*.html`` files of a folder; each must say where it lives (rel=canonical)."""
    for path in sorted(folder.rglob("*.html")):
        text = read_html(path.read_text("utf-8", "replace"))
        if not text.canonical.startswith(("https://", "http://")):
            raise SourceUnreadable(
                f"{path} does not say where it lives. Add <link rel=canonical href=…>."
            )
        yield FoundPage(text.canonical, text)


def from_web(url: str, fetch: SafeFetcher) -> Iterator[FoundPage]:
    """The pages that a sitemap or a JSON:API list at ``url`` names, all on the same host.

    Raises FetchRefused, SourceUnreadable. A page that cannot be had is left out.
    """
    first = fetch.get(url)
    if "json" in first.content_type or first.body.lstrip()[:1] == b"{":
        yield from _from_json(first, fetch)
    else:
        yield from _from_sitemap(first, fetch)


def from_json_file(path: Path, base: str) -> Iterator[FoundPage]:
    """The pages of a JSON:API export; ``base`` is the web address their paths are under."""
    yield from _pages_of(_decoded(path.read_bytes(), str(path)), base)


def _from_json(first: Fetched, fetch: SafeFetcher) -> Iterator[FoundPage]:
    page: Fetched | None = first
    for _ in range(MOST_LISTS):
        if page is None:
            return
        data = _decoded(page.body, page.url)
        yield from _pages_of(data, page.url)
        link = (data.get("links") or {}).get("next")
        href = str(link.get("href") if isinstance(link, Mapping) else link or "")
        page = fetch.get(urljoin(page.url, href)) if _same_host(page.url, href) else None


def _decoded(body: bytes, where: str) -> Mapping[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SourceUnreadable(f"{where} is not JSON.") from error
    if not isinstance(data, dict) or not isinstance(data.get("data"), list):
        raise SourceUnreadable(f"{where} is no JSON:API list: it has no data.")
    return data


def _pages_of(data: Mapping[str, Any], base: str) -> Iterator[FoundPage]:
    for item in data["data"]:
        about = item.get("attributes") if isinstance(item, dict) else None
        if not isinstance(about, dict) or about.get("status") is False:
            continue
        body, path = about.get("body"), about.get("path")
        html = (body.get("processed") or body.get("value")) if isinstance(body, dict) else ""
        alias = path.get("alias") if isinstance(path, dict) else ""
        title = str(about.get("title") or "").strip()
        if not html or not alias or not title:
            continue
        words = read_html(str(html))
        language = str(about.get("langcode") or "en")
        text = PageText(title, "", language, words.blocks)
        yield FoundPage(urljoin(base, str(alias)), text, _day(about.get("changed")))


def _from_sitemap(first: Fetched, fetch: SafeFetcher) -> Iterator[FoundPage]:
    left = MOST_PAGES
    for url, changed in _listed(first, fetch, MOST_LISTS):
        if left == 0:
            return
        left -= 1
        try:
            page = fetch.get(url)
        except FetchRefused:
            continue
        if "html" in page.content_type:
            yield FoundPage(url, read_html(page.text), changed)


def _listed(sitemap: Fetched, fetch: SafeFetcher, most: int) -> Iterator[tuple[str, date | None]]:
    root = _parsed(sitemap)
    if _name(root) == "sitemapindex":
        for entry in list(root)[:most]:
            url = _child(entry, "loc")
            if _same_host(sitemap.url, url):
                inner = fetch.get(url)
                if _name(_parsed(inner)) == "urlset":
                    yield from _listed(inner, fetch, 0)
        return
    for entry in root:
        url = _child(entry, "loc")
        if _same_host(sitemap.url, url):
            yield url, _day(_child(entry, "lastmod"))


def _parsed(sitemap: Fetched) -> Element:
    try:
        root: Element = fromstring(sitemap.body)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise SourceUnreadable(f"{sitemap.url} is neither a sitemap nor JSON.") from error
    if _name(root) not in ("urlset", "sitemapindex"):
        raise SourceUnreadable(f"{sitemap.url} is no sitemap.")
    return root


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _child(element: Element, name: str) -> str:
    return next(((c.text or "").strip() for c in element if _name(c) == name), "")


def _same_host(url: str, other: str) -> bool:
    return bool(other) and urlsplit(urljoin(url, other)).netloc == urlsplit(url).netloc


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value or "")[:10])
    except ValueError:
        return None
