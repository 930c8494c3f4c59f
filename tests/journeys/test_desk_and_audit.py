"""A person takes over; an auditor checks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import httpx
import pytest

from benchmarks.processes import wait_until


def inputs(html: str, kind: str) -> list[tuple[str, str | None]]:
    """(name, value) of each input of one type."""
    tags = re.findall(r"<input[^>]*>", html)
    mine = [t for t in tags if f'type="{kind}"' in t]
    return [(re.search(r'name="([^"]*)"', t)[1], _value(t)) for t in mine]


def _value(tag: str) -> str | None:
    found = re.search(r'value="([^"]*)"', tag)
    return found[1] if found else None


@pytest.fixture(scope="module")
def agent(product) -> Iterator[httpx.Client]:
    """Signed in at the desk, by a one-time link like the one the first start prints."""
    made = product.run("user", "link", "desk")
    assert made.returncode == 0, made.stdout + made.stderr
    link = re.search(r"http://\S+", made.stdout)[0]
    client = httpx.Client(base_url=product.url, follow_redirects=True, trust_env=False, timeout=60,
                          headers={"Origin": product.url})  # fmt: skip
    page = client.get(link)
    form = page.text[page.text.index("<main") : page.text.index("</main")]
    found = re.search(r'<form[^>]*action="([^"]+)"', form)
    action = found[1] if found else str(page.url)
    fields = {name: value for name, value in inputs(form, "hidden") if value is not None}
    fields |= {name: "a long enough phrase 42" for name, _ in inputs(form, "password")}
    done = client.post(action, data=fields)
    assert done.status_code == 200, done.text[:2000]
    assert "/desk" in str(client.get("/desk").url)
    yield client
    client.close()


def case_of(product, citizen) -> str:
    return citizen.handoffs()[0]["id"]


def form_fields(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that posts to an address ending in ``action``."""
    for form in re.findall(r"<form.*?</form>", page, re.DOTALL):
        if re.search(rf'action="[^"]*{action}"', form):
            return dict(
                re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form)
            )
    raise AssertionError(f"no form to {action}")


def test_an_agent_claims_answers_and_closes(product, citizen, agent):
    citizen.says("there is a pothole at SY1 2AS")
    citizen.says("can i talk to a person")
    case = case_of(product, citizen)
    queue = agent.get("/desk")
    assert case in queue.text
    claimed = agent.post(f"/desk/cases/{case}/claim", data=form_fields(queue.text, f"{case}/claim"))
    assert claimed.status_code == 200
    page = agent.get(f"/desk/cases/{case}")
    assert "there is a pothole" in page.text and "SY1 2AS" in page.text
    data = form_fields(page.text, "/answer") | {"text": "Hello, this is Asha. How can I help?"}
    agent.post(f"/desk/cases/{case}/answer", data=data)
    assert any("this is Asha" in m["text"] and m["from"] == "agent" for m in citizen.history())
    citizen.says("thank you")
    page = agent.get(f"/desk/cases/{case}")
    assert "thank you" in page.text
    data = form_fields(page.text, "/close") | {
        "outcome_code": "resolved",
        "outcome": "resolved",
        "note": "done",
    }
    agent.post(f"/desk/cases/{case}/close", data=data)
    wait_until(lambda: citizen.handoffs()[0]["status"] == "closed", 10)
    query = "select code from outcomes where conversation_id = :id"
    assert {r["code"] for r in product.rows(query, id=citizen.id)} >= {"handed_over", "resolved"}
    assert citizen.send("when is my bin day")["messages"]


def taken(citizen, agent) -> str:
    """The citizen's open case, now with ``agent``."""
    (case,) = [h["id"] for h in citizen.handoffs() if h["status"] == "waiting"]
    act(agent, case, "claim")
    return case


def act(agent, case: str, what: str, **fields: str) -> httpx.Response:
    """Send a form of the case's page."""
    page = agent.get(f"/desk/cases/{case}").text
    data = form_fields(page, f"/{what}") | fields
    done = agent.post(f"/desk/cases/{case}/{what}", data=data)
    assert done.status_code == 200, done.text[:2000]
    return done


ANSWERS = ("outside the library in Castle Gates", "Bigger than a dustbin lid", "skip",
           "it is deep", "skip", "skip")  # fmt: skip
BARRIER = "i am not good with computers"


@pytest.mark.parametrize("before", [(), ("there is a pothole on my road",), (BARRIER,)])
def test_an_agent_has_the_assistant_ask_and_gets_the_case_back_with_its_reference(
    product, citizen, agent, before
):
    """Whoever asked for a person, or finds it hard online, is asked all the same: the agent has
    decided. Nothing is asked twice, and nobody else gets the case meanwhile."""
    for text in (*before, "can i talk to a person please"):
        citizen.says(text)
    case, held = taken(citizen, agent), {str(c["service_request_id"]) for c in product.cases()}
    service = {"service": "pothole", "note": "she has the place", "comes_back": "1"}
    act(agent, case, "questions", **service)
    asked = citizen.history()[-1]
    assert citizen.handoffs()[0]["status"] == "returned" and len(citizen.handoffs()) == 1
    assert "Report a pothole" in "\n".join(
        m["text"] for m in citizen.history() if m["from"] == "system"
    )
    assert asked["from"] == "assistant" and "Where is it?" in asked["text"]
    for answer in ANSWERS:
        citizen.says(answer)
        assert len(citizen.handoffs()) == 1
    said = citizen.says("yes")
    (made,) = {str(c["service_request_id"]) for c in product.cases()} - held
    assert made in said
    back = citizen.handoffs()[-1]
    assert (back["status"], json.loads(back["reasons"])) == ("waiting", ["need_back_to_desk"])
    assert made in back["summary"]
    page = agent.get(f"/desk/cases/{taken(citizen, agent)}").text
    assert made in page and "she has the place" in page and "it is deep" in page
    act(agent, back["id"], "close", outcome="resolved")
    turns = citizen.turns()
    assert not any(turn["misunderstood"] for turn in turns)
    assert citizen.send("when is my bin day")["route"]["channel"] == (
        "digital" if BARRIER not in before else "assisted"
    )


def test_the_audit_command_reads_the_running_products_conversations(product, citizen, tmp_path):
    citizen.says("when is my bin day")
    database, out = f"sqlite:///{product.home / 'fairway.db'}", str(tmp_path / "report")
    done = product.run("audit", "--db", database, "--groups", "language,medium", "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert {"measures", "comparisons", "omnibus", "summary", "provenance"} <= set(report)
    names = {m["measure"] for m in report["measures"]}
    assert {"denied_choice_rate", "fallback_rate", "handoff_rate"} <= names
    assert (tmp_path / "report" / "report.html").exists()
    assert list((tmp_path / "report" / "tables").glob("*.csv"))


def test_an_auditor_runs_a_report_in_the_browser(product, agent):
    page = agent.get("/audit")
    assert page.status_code == 200
    assert "<h1" in page.text
