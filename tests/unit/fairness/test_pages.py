"""The auditor's pages: empty, filled, wrong input, downloads, and who may see them."""

import asyncio
import os
import re

import httpx
import pytest
from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse

from fairness.pages.making_child import work
from fairness.pages.routes import make_audit_router


class Visitor:
    """An auditor with a browser that speaks to the app in memory."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    def get(self, path: str, **options: object) -> httpx.Response:
        return self._send("GET", path, **options)

    def post(self, path: str, **options: object) -> httpx.Response:
        return self._send("POST", path, **options)

    def _send(self, method: str, path: str, role: str = "auditor", **options) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.request(method, path, headers={"x-role": role}, **options)

        return asyncio.run(send())


@pytest.fixture
def client(council, tmp_path):
    def auditor(request: Request) -> None:
        if request.headers.get("x-role") != "auditor":
            raise HTTPException(403)

    def token(csrf: str = Form("")) -> None:
        if csrf != "t0ken":
            raise HTTPException(403)

    def chrome(title: str, body: str, request: Request) -> HTMLResponse:
        return HTMLResponse(
            f"<!doctype html><html lang=en><title>{title}</title><main>{body}</main>"
        )

    app = FastAPI()
    app.include_router(
        make_audit_router(
            council.url, tmp_path / "reports", auditor, chrome,
            csrf_field=lambda _: '<input type="hidden" name="csrf" value="t0ken">',
            check_csrf=token,
            start=lambda job, lock: app.state.start(job, lock),
        )
    )  # fmt: skip
    app.state.start = lambda job, lock: work(job)  # here and now; test_making.py has the process
    return Visitor(app)


def make(client, **form):
    """The answer of the form, or that of the page which the form leads to."""
    data = {"csrf": "t0ken", "groups": ["language", "medium"], **form}
    answer = client.post("/audit", data=data)
    return client.get(answer.headers["location"]) if answer.status_code == 303 else answer


def test_nothing_recorded_yet(client):
    page = client.get("/audit")
    assert page.status_code == 200
    assert "Nothing to audit yet" in page.text and "<form" not in page.text


def test_make_read_and_keep_a_report(client, council):
    council.fill(60)
    assert '<input type="hidden" name="csrf" value="t0ken">' in client.get("/audit").text
    answer = make(client, within="service")
    assert answer.status_code == 303, answer.text
    place = answer.headers["location"]
    assert re.fullmatch(r"/audit/reports/\d{8}T\d{6}Z-[0-9a-f]{8}", place)
    page = client.get(place)
    assert "60 conversations" in page.text
    links = re.findall(r'href="(/audit/reports/[^"?]+/[^"?]+)"', page.text)
    assert len(links) == 13
    for link in links:
        file = client.get(link)
        assert file.status_code == 200 and file.headers["cache-control"] == "no-store"
    report = client.get(f"{place}/report.html")
    assert "sha256-" in report.headers["content-security-policy"]
    assert "'unsafe" not in report.headers["content-security-policy"]
    assert (
        client.get(f"{place}/report.json")
        .json()["provenance"]["command"]
        .startswith("fairway audit")
    )
    assert place in client.get("/audit").text


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"groups": []}, "at least one group"),
        ({"groups": ["religion"]}, "from the groups on the form"),
        ({"within": "language"}, "already one of the groups"),
        ({"since": "yesterday"}, "year-month-day"),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "must be before"),
        ({"previous": "../../etc"}, "no such report"),
    ],
)
def test_a_wrong_form_comes_back_with_what_was_typed(client, council, form, says):
    council.add({})
    answer = make(client, **form)
    assert answer.status_code == 422
    assert says in answer.text and 'role="alert"' in answer.text
    assert form.get("since", "") in answer.text


def test_a_report_that_comes_to_nothing_says_why_and_leads_back_to_the_filled_form(client, council):
    council.add({})
    answer = make(client, since="2036-01-01")
    assert answer.status_code == 422
    assert "nothing to audit" in answer.text and 'role="alert"' in answer.text
    again = re.search(r'href="(/audit\?again=[0-9a-f]{32})"', answer.text)[1]
    assert 'value="2036-01-01"' in client.get(again).text


def test_what_is_being_made_is_shown_and_three_are_enough(client, council):
    council.add({})
    locks: list[int] = []
    client.app.state.start = lambda job, lock: locks.append(os.dup(lock))  # as a worker holds it
    form = {"csrf": "t0ken", "groups": ["language"], "within": "asked_channel"}
    places = [client.post("/audit", data=form).headers["location"] for _ in range(3)]
    page = client.get("/audit").text
    assert all(place in page for place in places)
    page = client.get(places[0]).text
    assert "being made" in page and "language within asked channel" in page
    refused = client.post("/audit", data=form)
    assert refused.status_code == 422 and "3 reports are being made" in refused.text
    os.close(locks.pop())
    assert "broken off" in client.get(places[2]).text
    assert client.post("/audit", data=form).status_code == 303
    for lock in locks:
        os.close(lock)


def test_only_auditors_and_only_with_a_token(client, council):
    council.add({})
    for path in ("/audit", "/audit/making/x", "/audit/reports/x", "/audit/reports/x/report.json"):
        assert client.get(path, role="agent").status_code == 403
    assert client.post("/audit", data={"groups": "language"}).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "20260101T000000Z-00000000",
        "20260101T000000Z-00000000/report.json",
        "..%2f..%2ffairway.db",
        "20260101T000000Z-00000000/..%2f..%2ffairway.db",
        "%2e%2e/fairway.db",
        "x/about.json",
    ],
)
def test_no_path_leads_out_of_the_shelf(client, council, path):
    council.add({})
    assert client.get(f"/audit/reports/{path}").status_code == 404
    assert client.get(f"/audit/making/{path}").status_code == 404


def test_what_was_typed_is_escaped(client, council):
    council.add({})
    answer = make(client, since='"><script>')
    assert "<script>" not in answer.text


def test_a_note_and_a_signature_stay_under_the_report(client, council, tmp_path):
    council.fill(40)
    place = make(client).headers["location"]
    assert "Nobody has written anything yet" in client.get(place).text
    form = {"csrf": "t0ken", "text": "<b>Looked at Welsh waits</b>"}
    assert client.post(f"{place}/notes", data=form).status_code == 303
    assert client.post(f"{place}/notes", data={"csrf": "t0ken", "sign": "yes"}).status_code == 303
    page = client.get(place).text
    assert "&lt;b&gt;Looked at Welsh waits" in page and "<strong>signed</strong>" in page
    assert "was changed afterwards" not in page
    path = next((tmp_path / "reports").glob("*/notes.jsonl"))
    path.write_text(path.read_text().replace("Looked at", "Overlooked"))
    assert "was changed afterwards" in client.get(place).text


def test_s5_a_note_without_the_form_token_is_refused(client, council):
    council.fill(20)
    place = make(client).headers["location"]
    assert client.post(f"{place}/notes", data={"text": "x"}).status_code == 403
    assert client.post(f"{place}/notes", data={"csrf": "t0ken"}, role="agent").status_code == 403


def test_a_report_says_what_changed_since_an_earlier_one(client, council):
    council.fill(60)
    first = make(client).headers["location"]
    again = make(client, previous=first.rsplit("/", 1)[1]).headers["location"]
    assert "none gives evidence of change" in client.get(f"{again}/report.html").text
    assert make(client, previous="../../etc").status_code == 422
