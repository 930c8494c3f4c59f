"""Photos: only the picture is kept, for its own conversation and whoever helps."""

from __future__ import annotations

import io
import struct
import zlib

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from bot.desk_work import claim_case
from channels.photos import LARGEST_FILE, LARGEST_SIDE, PhotoUnreadable, clean_photo
from tests.forms_kit import PAGE, Browser
from tests.staff_kit import staff_site
from tests.web_kit import NowClock, make_parts


def photo(kind="JPEG", size=(40, 30), orientation=None) -> bytes:
    """A picture, red on the left and blue on the right, with a place and a time hidden in it."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x0132] = "2026:11:29 10:00:00 canary"
    exif[0x010F] = "canary phone"
    exif.get_ifd(0x8825)[1] = "N canary"
    if orientation:
        exif[0x0112] = orientation
    out, options = io.BytesIO(), {"exif": exif.tobytes()}
    if kind == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text("Comment", "canary")
    image.save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_place_time_and_comments_are_gone(kind):
    raw = photo(kind)
    assert b"canary" in raw
    kept = clean_photo(raw)
    assert b"canary" not in kept and b"Exif" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert image.format == "JPEG" and not image.getexif() and image.size == (40, 30)


def test_a_photo_taken_sideways_stands_upright_and_a_large_one_is_made_small():
    with Image.open(io.BytesIO(clean_photo(photo(size=(4000, 3000), orientation=6)))) as image:
        assert max(image.size) == LARGEST_SIDE and image.height > image.width
        red, _, blue = image.getpixel((image.width // 2, 50))
        assert red > blue, "what was left is now on top"


def test_what_is_see_through_becomes_white():
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(clean_photo(out.getvalue()))) as image:
        assert image.getpixel((5, 5)) == (255, 255, 255)


def bomb() -> bytes:
    """A PNG of a few bytes that says it is 100,000 pixels wide and high."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"0" * 99))


GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x00;"


@pytest.mark.parametrize(
    "raw",
    [b"", b"hello", b"<svg onload=alert(1)>", GIF, photo()[:200], bomb(), b"\xff" * 100,
     photo() + b"x" * LARGEST_FILE],
    ids=["empty", "text", "svg", "gif", "cut", "bomb", "noise", "too large"],
)  # fmt: skip
def test_what_is_no_photo_is_refused(raw):
    with pytest.raises(PhotoUnreadable):
        clean_photo(raw)


@given(st.binary(max_size=300), st.integers(0, 600))
def test_a_spoilt_photo_is_refused_or_read_and_never_breaks(noise, at):
    raw = photo()
    try:
        kept = clean_photo(raw[:at] + noise + raw[at + len(noise) :])
    except PhotoUnreadable:
        return
    assert kept.startswith(b"\xff\xd8")


@pytest.fixture
def site(tmp_path):
    parts = make_parts(tmp_path, clock=NowClock())
    with staff_site(parts) as served:
        yield served
    parts.engine.dispose()


def send(browser, raw, name="me.jpg"):
    return browser.site.post(
        "/chat/photo",
        data={"csrf": browser.field("csrf")},
        files={"photo": (name, raw, "image/jpeg")},
        headers=PAGE,
        follow_redirects=True,
    )


def address_in(page: str) -> str:
    return page.split('class="photo" src="', 1)[1].split('"', 1)[0]


def test_a_photo_is_seen_by_its_citizen_and_by_whoever_helps_only(site):
    browser = Browser(site.client())
    browser.sends("can i speak to a person please")
    page = send(browser, photo()).text
    assert "I sent a photo." in page and "I cannot see photos" in page
    address = address_in(page)
    assert browser.site.get(address).headers["content-type"] == "image/jpeg"
    with httpx.Client(base_url=site.url, trust_env=False, timeout=60) as stranger:
        Browser(stranger).sends("hello")
        assert stranger.get(address).status_code == 404
    with site.store.begin() as work:
        (case,) = work.case_board.open()
    asha = site.hire("asha")
    claim_case(site.desk, asha, case.handoff.id)
    desk = site.client(asha)
    seen = address_in(desk.get(f"/desk/cases/{case.handoff.id}").text)
    assert desk.get(seen).content == browser.site.get(address).content
    assert desk.get(seen[:-1]).status_code == 404
    before = page.count("I cannot see photos")
    assert send(browser, photo()).text.count("I cannot see photos") == before, "a person is there"


def test_no_photo_without_a_chat_and_no_words_are_lost_on_a_refusal(site):
    nobody = Browser(site.client())
    assert send(nobody, photo()).status_code == 404
    browser = Browser(site.client())
    browser.sends("hello")
    refused = send(browser, b"no picture")
    assert refused.status_code == 422
    assert "Please choose a JPEG, PNG or WebP picture of up to 8 MB." in refused.text


def test_s8_only_photos_may_be_large_and_only_a_few_a_minute(site):
    browser = Browser(site.client())
    browser.sends("hello")
    big = {"csrf": browser.field("csrf"), "text": "x" * 300_000, "client_id": "1"}
    assert browser.site.post("/chat", data=big, headers=PAGE).status_code == 413
    too_big = b"x" * (9 * 1024 * 1024 + 1)
    assert send(browser, too_big).status_code == 413
    answers = [send(browser, photo()).status_code for _ in range(10)]
    assert answers.count(429) >= 3 and 200 in answers
