"""Coding needs double-blind, and reading what lies behind a figure."""

from __future__ import annotations

import json
import random
import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse

from bot.stores.engine import open_engine
from bot.stores.need_codes import SqlNeedCodes
from bot.stores.schema import metadata
from fairness.database import read_database
from fairness.pages.making_child import work
from fairness.pages.routes import make_audit_router
from tests.unit.fairness.kit import report_on
from tests.unit.fairness.test_pages import Visitor

CANARY = "07700 900123"


def say(council, name, *texts, sender="citizen"):
    engine = sa.create_engine(council.url)
    with engine.begin() as db:
        for n, text in enumerate(texts):
            db.execute(metadata.tables["messages"].insert(), [{
                "id": f"{name}-{sender}-{n}", "conversation_id": name, "sender": sender,
                "text": text, "lang": "en", "at": datetime(2026, 1, 5, tzinfo=UTC),
                "buttons": [], "answered": True,
            }])  # fmt: skip
    engine.dispose()


@pytest.fixture
def noted():
    return []


@pytest.fixture
def client(council, tmp_path, noted):
    def auditor(request: Request) -> None:
        if request.headers.get("x-role") in ("nobody", "agent"):
            raise HTTPException(403)

    def token(csrf: str = Form("")) -> None:
        if csrf != "t0ken":
            raise HTTPException(403)

    engine = open_engine(council.url)
    app = FastAPI()
    app.include_router(
        make_audit_router(
            council.url, tmp_path / "reports", auditor,
            lambda title, body, request: HTMLResponse(f"<title>{title}</title>{body}"),
            csrf_field=lambda _: '<input type="hidden" name="csrf" value="t0ken">',
            check_csrf=token, need_codes=SqlNeedCodes(engine, random.Random(1)),
            coder=lambda request: request.headers["x-role"],
            noted=lambda request, action, subject: noted.append((action, subject)),
            start=lambda job, _: work(job),
        )
    )  # fmt: skip
    yield Visitor(app)
    engine.dispose()


def post(client, path, who="ann", **form):
    return client.post(path, role=who, data={"csrf": "t0ken", **form})


def code_all(client, who, needs):
    """Answer until nothing waits; ``needs``: what the citizen wrote → the answer."""
    seen = []
    while True:
        page = client.get("/audit/coding/next", role=who).text
        name = re.search(r'name="conversation" value="([^"]+)"', page)
        if name is None:
            return seen
        said = next(text for text in needs if text in page)
        seen.append(name[1])
        post(client, "/audit/coding/next", who, conversation=name[1], need=needs[said])


def test_two_people_code_apart_and_a_report_tells_false_digital(client, council, noted):
    for i in range(24):
        need = "lost my glasses" if i % 2 else "just a form"
        name = council.add({"route_channel": "digital"}, language="cy" if i % 3 == 0 else "en")
        say(council, name, f"{need}, ring {CANARY}")
        say(council, name, "You can do this on our website", sender="assistant")
    assert post(client, "/audit/coding", number="24").status_code == 303
    first = client.get("/audit/coding/next", role="ann").text
    assert "website" not in first  # blind to what the assistant did
    assert CANARY not in first and "[number]" in first
    needs = {"lost my glasses": "assisted", "just a form": "digital"}
    ann = code_all(client, "ann", needs)
    bob = code_all(client, "bob", needs)
    assert sorted(ann) == sorted(bob) and ann != bob  # each in an order of their own
    status = client.get("/audit/coding", role="ann").text
    assert "Agreed on, and used by reports: 24" in status and "kappa): 1.00" in status
    report = report_on(read_database(council.url, ("language",), None))
    found = next(m for m in report.measures if m.measure.name == "false_digital_rate" and not m.by)
    assert (found.k, found.n) == (12, 12)
    assert any("kappa 1.00" in note for note in report.provenance["notes"])
    assert ("conversation_read_to_code", ann[0]) in noted


def test_where_two_differ_a_third_is_asked_and_nothing_is_used_before(client, council):
    say(council, council.add({"route_channel": "digital"}), "hello")
    post(client, "/audit/coding", number="1")
    code_all(client, "ann", {"hello": "digital"})
    code_all(client, "bob", {"hello": "assisted"})
    assert "A third reader is wanted: 1" in client.get("/audit/coding", role="ann").text
    units = read_database(council.url, ("language",), None)
    assert next(m for m in units.measures if m.name == "false_digital_rate").missing
    code_all(client, "cat", {"hello": "assisted"})
    units = read_database(council.url, ("language",), None)
    assert not next(m for m in units.measures if m.name == "false_digital_rate").missing


def test_a_second_answer_and_a_made_up_conversation_change_nothing(client, council):
    name = council.add({})
    say(council, name, "hello")
    post(client, "/audit/coding", number="1")
    code_all(client, "ann", {"hello": "digital"})
    for conversation in (name, "made-up"):
        post(client, "/audit/coding/next", conversation=conversation, need="assisted")
    engine = open_engine(council.url)
    assert [c.needed_channel for c in SqlNeedCodes(engine).codes()] == ["digital"]
    engine.dispose()


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"number": "many"}, "from 1 to 500"),
        ({"number": "0"}, "from 1 to 500"),
        ({"number": "5", "since": "soon"}, "year-month-day"),
        ({"number": "5", "since": "2026-02-01", "until": "2026-01-01"}, "must be before"),
        ({"number": "5", "since": "2036-01-01"}, "No conversation is left"),
    ],
)
def test_a_wrong_form_is_answered_on_the_page(client, council, form, says):
    council.add({})
    answer = post(client, "/audit/coding", **form)
    assert answer.status_code == 422 and says in answer.text and 'role="alert"' in answer.text


def test_no_answer_chosen_shows_the_same_conversation_again(client, council):
    name = council.add({})
    say(council, name, "hello")
    post(client, "/audit/coding", number="1")
    answer = post(client, "/audit/coding/next", conversation=name)
    assert answer.status_code == 422 and f'value="{name}"' in answer.text


def test_s5_s9_no_coding_without_a_token_or_the_role(client, council):
    assert client.post("/audit/coding", role="ann", data={"number": "1"}).status_code == 403
    for path in ("/audit/coding", "/audit/coding/next", "/audit/reports/x/behind"):
        assert client.get(path, role="nobody").status_code == 403


@pytest.fixture
def place(client, council):
    """A report in which Welsh is misunderstood more often, with words behind it."""
    for i in range(60):
        welsh = i % 3 == 0
        language = "cy" if welsh else "en"
        name = council.add({"misunderstood": welsh and i % 2 == 0}, language=language)
        say(council, name, f"bin number {i}, ring {CANARY} <b>now</b>")
    return report_by_language(client)


def report_by_language(client):
    """Where a new report is, once it is made."""
    making = post(client, "/audit", groups=["language"]).headers["location"]
    found = client.get(making, role="ann").headers["location"]
    assert found.startswith("/audit/reports/")
    return found


def test_a_figure_leads_to_a_few_redacted_conversations(client, place, noted):
    page = client.get(place, role="ann").text
    link = re.search(r'href="([^"]+/behind\?[^"]+misunderstanding[^"]+)"', page)[1]
    shown = client.get(link.replace("&amp;", "&"), role="ann")
    assert shown.status_code == 200 and shown.headers["cache-control"] == "no-store"
    assert "About 10 in this report" in shown.text and shown.text.count("<h2") == 10
    assert CANARY not in shown.text and "<b>" not in shown.text
    assert re.search(r"bin number (0|6|12|18|24|30|36|42|48|54),", shown.text)
    assert not re.search(r"bin number (1|2|3|9|15),", shown.text)
    assert ("conversations_read_behind_report", place.rsplit("/", 1)[1]) in noted
    again = client.get(link.replace("&amp;", "&"), role="ann")
    assert again.text == shown.text  # the same ones: nobody can leaf through all of them


def made_safeguarding(council, numbers, **case):
    """The conversations of ``place`` with these numbers have a case that is or was the team's."""
    engine = sa.create_engine(council.url)
    messages, handoffs = metadata.tables["messages"].c, metadata.tables["handoffs"]
    with engine.begin() as db:
        for n in numbers:
            said = sa.select(messages.conversation_id).where(messages.text.like(f"%number {n},%"))
            name = db.execute(said).scalar_one()
            db.execute(handoffs.insert(), [{
                "id": f"s-{n}", "conversation_id": name, "team": "safeguarding", "note": "",
                "urgency": "urgent", "way": "talk_to_person", "reasons": [], "status": "closed",
                "asked_at": datetime(2026, 1, 5, tzinfo=UTC), "summary": {}, "contact": {}, **case,
            }])  # fmt: skip
    engine.dispose()


@pytest.mark.parametrize("case", [{}, {"team": "waste", "was_safeguarding": True}])
def test_s9_safeguarding_conversations_are_never_behind_a_figure(client, council, place, case):
    link = f"{place}/behind?measure=misunderstanding_rate&group=language:cy"
    assert "bin number 12," in client.get(link, role="ann").text
    made_safeguarding(council, (0, 6, 12), **case)
    shown = client.get(link, role="ann").text
    assert {int(n) for n in re.findall(r"bin number (\d+),", shown)} == set(range(18, 60, 6))
    assert shown.count("<h2") == 7 and "About 5 in this report" in shown
    assert "safeguarding case are never shown" in shown
    made_safeguarding(council, range(18, 60, 6), **case)
    assert "There are none to read" in client.get(link, role="ann").text


def test_s9_nor_are_they_coded(client, council, place):
    made_safeguarding(council, range(59))
    post(client, "/audit/coding", number="60")
    assert "bin number 59," in client.get("/audit/coding/next", role="ann").text
    assert "Conversations drawn: 1<" in client.get("/audit/coding", role="ann").text
    made_safeguarding(council, [59])
    assert "bin number" not in client.get("/audit/coding/next", role="ann").text


@pytest.mark.parametrize(
    "query",
    [
        "?measure=misunderstanding_rate&group=language:xx",
        "?measure=nonsense&group=language:cy",
        "?measure=misunderstanding_rate&group=sex:female",
        "?measure=misunderstanding_rate&group=language:cy&within=service:pothole",
        "",
    ],
)
def test_only_figures_that_are_shown_can_be_opened(client, place, query):
    assert client.get(f"{place}/behind{query}", role="ann").status_code == 404


def test_what_citizens_told_about_themselves_is_never_beside_their_words(client, place, tmp_path):
    path = next((tmp_path / "reports").glob("*/report.json"))
    held = json.loads(path.read_text())
    for one in held["measures"]:
        if one["group"]:
            one["group"] = {"ethnic_group": "asian"}
    path.write_text(json.dumps(held))
    answer = client.get(
        f"{place}/behind?measure=misunderstanding_rate&group=ethnic_group:asian", role="ann"
    )
    assert answer.status_code == 404 and "never set beside their words" in answer.text


def test_a_hidden_group_cannot_be_opened(client, council):
    for i in range(40):
        name = council.add({"misunderstood": True}, language="so" if i < 4 else "en")
        say(council, name, "hello")
    place = report_by_language(client)
    answer = client.get(f"{place}/behind?measure=misunderstanding_rate&group=language:so",
                        role="ann")  # fmt: skip
    assert answer.status_code == 404
