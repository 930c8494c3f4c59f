"""Fetch public web pages and nothing else.

A sitemap can name any address, also ``http://169.254.169.254/`` or a printer in the cellar. So
every address is looked up first, must be public, and is then the very one that is connected to:
a name that changes between the look and the call gains nothing. Each redirect is looked at anew.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from bot.errors import FairwayError

Address = IPv4Address | IPv6Address
MOST_HOPS = 3
_NAT64 = IPv6Network("64:ff9b::/96")


class FetchRefused(FairwayError):
    """That page may not be fetched. Use a public https address."""


@dataclass(frozen=True)
class Fetched:
    """A page as it came; ``url`` is where it was found at last."""

    url: str
    content_type: str
    body: bytes

    @property
    def text(self) -> str:
        """The body as text; what is not UTF-8 is marked."""
        return self.body.decode("utf-8", "replace")


def is_public(address: Address) -> bool:
    """Whether an address is on the public internet, also when it is wrapped in another."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


def look_up(host: str, port: int) -> list[Address]:
    """Every address of a name. Raises FetchRefused when there is none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchRefused(f"There is no address for {host}.") from error
    return [ip_address(str(one[4][0]).partition("%")[0]) for one in found]


class SafeFetcher:
    """``may_reach`` judges each address; ``find`` looks names up."""

    def __init__(
        self,
        client: httpx.Client,
        *,
        may_reach: Callable[[Address], bool] = is_public,
        find: Callable[[str, int], Iterable[Address]] = look_up,
        max_bytes: int = 3_000_000,
    ) -> None:
        self._client, self._may_reach, self._find = client, may_reach, find
        self._max_bytes = max_bytes

    def get(self, url: str) -> Fetched:
        """The page at ``url``. Raises FetchRefused, also for errors on the way."""
        for _ in range(MOST_HOPS + 1):
            answer = self._once(url)
            if isinstance(answer, Fetched):
                return answer
            url = answer
        raise FetchRefused(f"{url} sends us round in circles.")

    def _once(self, url: str) -> Fetched | str:
        """The page, or the address it has moved to."""
        request = self._request(url)
        try:
            with self._client.stream(**request) as response:
                if response.is_redirect:
                    return str(urljoin(url, response.headers.get("location", "")))
                if response.status_code != 200:
                    raise FetchRefused(f"{url} answers {response.status_code}.")
                kind = response.headers.get("content-type", "")
                return Fetched(url, kind, self._body(url, response))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise FetchRefused(f"{url} cannot be fetched ({type(error).__name__}).") from error

    def _request(self, url: str) -> dict[str, Any]:
        parts = urlsplit(url)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.username:
            raise FetchRefused(f"{url} is not a plain web address.")
        try:
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError as error:
            raise FetchRefused(f"{url} has a wrong port.") from error
        addresses = list(self._find(parts.hostname, port))
        if not addresses or not all(map(self._may_reach, addresses)):
            raise FetchRefused(f"{parts.hostname} is not on the public internet.")
        address = addresses[0]
        host = f"[{address}]" if isinstance(address, IPv6Address) else str(address)
        pinned = parts._replace(netloc=f"{host}:{port}", fragment="").geturl()
        named = parts.hostname if port in (80, 443) else f"{parts.hostname}:{port}"
        return {
            "method": "GET",
            "url": pinned,
            "headers": {"Host": named, "Accept-Encoding": "identity"},
            "extensions": {"sni_hostname": parts.hostname},
            "follow_redirects": False,
        }

    def _body(self, url: str, response: httpx.Response) -> bytes:
        body = bytearray()
        for part in response.iter_bytes():
            body += part
            if len(body) > self._max_bytes:
                raise FetchRefused(f"{url} is too long.")
        return bytes(body)
