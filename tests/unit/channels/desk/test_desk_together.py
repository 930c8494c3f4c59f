"""The desk's other forms and the pages of leads and auditors, over HTTP without scripts."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.desk_work import answer_citizen, claim_case
from bot.handoff import HandoffStatus
from bot.staff import Role
from channels.desk.csv_out import as_csv
from channels.privacy.retention import holds
from tests.staff_kit import csrf, staff_site
from tests.web_kit import NowClock, make_parts


@pytest.fixture(scope="module")
def clock():
    return NowClock()


@pytest.fixture(scope="module")
def site(tmp_path_factory, clock):
    parts = make_parts(tmp_path_factory.mktemp("desk"), clock=clock)
    with staff_site(parts) as served:
        yield served
    parts.engine.dispose()


@pytest.fixture(scope="module")
def people(site):
    hired = {
        "asha": site.hire("asha"),
        "bryn": site.hire("bryn"),
        "lena": site.hire("lena", [Role.TEAM_LEAD]),
        "olga": site.hire("olga", [Role.AUDITOR]),
    }
    return {name: (who, site.client(who)) for name, who in hired.items()}


@pytest.fixture
def asha(people):
    return people["asha"][1]


@pytest.fixture
def lena(people):
    return people["lena"][1]


@pytest.fixture
def case(site, people):
    made = site.waiting()
    asha = people["asha"][0]
    with site.store.begin() as work:  # make room
        work.staff.save(replace(work.staff.get(asha.id), capacity=20))
        work.commit()
        asha = work.staff.get(asha.id)
    return claim_case(site.desk, asha, made.id)


def act(client, case, what, **fields):
    page = client.get(f"/desk/cases/{case.id}").text
    return client.post(f"/desk/cases/{case.id}/{what}", data={"csrf": csrf(page), **fields})


def test_a_case_is_passed_on_with_a_note_to_someone_who_can_be_reached(site, asha, people, case):
    page = asha.get(f"/desk/cases/{case.id}").text
    assert 'value="person:bryn"' in page
    assert 'value="person:asha"' not in page
    refused = act(asha, case, "pass", to="person:bryn", note=" ")
    assert refused.status_code == 422
    assert "Write a note first" in refused.text
    gone = act(asha, case, "pass", to="person:nobody", note="half <b>done</b>")
    assert gone.status_code == 409
    assert "half &lt;b&gt;done&lt;/b&gt;" in gone.text
    assert act(asha, case, "pass", to="moon", note="x").status_code == 422
    done = act(asha, case, "pass", to="person:bryn", note="half done")
    assert done.headers["location"] == "/desk?done=passed"
    theirs = people["bryn"][1].get(f"/desk/cases/{case.id}").text
    assert "half done" in theirs
    assert "With you since" in theirs


def test_notes_labels_and_a_promise(site, asha, case):
    assert act(asha, case, "notes", note="<script>alert(1)</script>").status_code == 303
    assert act(asha, case, "labels", labels="bins, =cmd()").status_code == 303
    assert act(asha, case, "notes", note=" ").status_code == 422
    assert act(asha, case, "labels", labels="x" * 40).status_code == 422
    tomorrow = (site.parts.turn.clock.now() + timedelta(days=1)).date().isoformat()
    wrong = act(asha, case, "promise", day=tomorrow, starts="10:00", ends="")
    assert wrong.status_code == 422
    assert "Give a day and two times" in wrong.text
    kept = act(asha, case, "promise", day=tomorrow, starts="10:00", ends="11:00")
    assert kept.headers["location"].endswith("#promise")
    page = asha.get(f"/desk/cases/{case.id}").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "A call is promised" in page
    assert "=cmd(), bins" in page
    assert any("A person will call you on" in t for t in site.texts(case.conversation_id))
    assert act(asha, case, "called").status_code == 303
    assert "A call is promised" not in asha.get(f"/desk/cases/{case.id}").text
    assert act(asha, case, "called").status_code == 422


def test_a_message_is_changed_and_taken_back_on_the_page(site, asha, people, case):
    who = people["asha"][0]
    said = answer_citizen(site.desk, who, case.id, "Come on Tusday")
    changed = act(asha, case, f"messages/{said.id}/edit", text="Come on Tuesday")
    assert changed.headers["location"].endswith(f"#m-{said.id}")
    page = asha.get(f"/desk/cases/{case.id}").text
    assert "Tusday" not in page
    assert "(changed " in page
    act(asha, case, f"messages/{said.id}/withdraw")
    assert "(taken back " in asha.get(f"/desk/cases/{case.id}").text
    again = act(asha, case, f"messages/{said.id}/edit", text="x")
    assert again.status_code == 422
    assert "Send a new message" in again.text


def test_a_day_to_look_again_is_asked_for_and_checked(asha, case):
    wrong = act(asha, case, "close", outcome="resolved", follow_up="2020-01-01")
    assert wrong.status_code == 422
    assert "has to be after today" in wrong.text
    assert act(asha, case, "close", outcome="resolved", follow_up="soon").status_code == 422
    assert act(asha, case, "close", outcome="resolved", follow_up="2999-01-01").status_code == 303
    page = asha.get(f"/desk/cases/{case.id}").text
    assert "01/01/2999" in page and 'id="looked"' not in page


def test_on_its_day_a_case_is_looked_at_again(site, asha, lena, case):
    act(asha, case, "close", outcome="resolved")
    with site.store.begin() as work:  # a day that has come
        held = work.handoffs.get(case.id)
        work.handoffs.save(replace(held, follow_up_on=case.asked_at.date()), was=held)
        work.commit()
    assert f'id="again-{case.id}"' in asha.get("/desk").text
    assert "To look at again" in lena.get("/desk/team").text
    assert act(asha, case, "again", found="mended").headers["location"] == "/desk?done=looked"
    page = asha.get(f"/desk/cases/{case.id}").text
    assert "mended" in page and "Looked at again" in page and 'id="looked"' not in page
    assert f'id="again-{case.id}"' not in asha.get("/desk").text
    refused = act(asha, case, "again", found="twice")
    assert refused.status_code == 422 and "Nobody has to look at this case again" in refused.text


def test_presence_is_set_and_a_reason_is_wanted(asha, people):
    def set_to(**fields):
        token = csrf(asha.get("/desk").text)
        return asha.post("/desk/presence", data={"csrf": token, **fields})

    assert set_to(presence="away", reason="").status_code == 422
    assert set_to(presence="asleep", reason="x").status_code == 422
    assert set_to(presence="busy", reason="On the phone").status_code == 303
    assert 'value="On the phone"' in asha.get("/desk").text
    assert set_to(presence="available").status_code == 303


def test_the_queue_is_narrowed_by_what_waits(site, asha):
    site.waiting("dwi eisiau siarad â pherson", language="cy")
    page = asha.get("/desk?language=cy").text
    assert page.count('class="case-row') >= 1
    assert 'id="by-language"' in page
    none = asha.get("/desk?language=cy&fits=1").text
    assert "Nobody who waits fits this" in none


def test_a_set_phrase_is_kept_filled_in_and_offered_by_language(site, asha, lena, case):
    def keep(**fields):
        token = csrf(lena.get("/desk/phrases").text)
        return lena.post("/desk/phrases", data={"csrf": token, **fields})

    assert keep(shortcut="hello", lang="en", text="Hello, I am {agent}.").status_code == 303
    assert keep(shortcut="phone", lang="en", text="Call {phone}").status_code == 303
    assert keep(shortcut="lgsl", lang="en", text="About {service}").status_code == 303
    wrong = keep(shortcut="hello", lang="en", text="Hello {secret}")
    assert wrong.status_code == 422
    assert "curly brackets" in wrong.text
    page = asha.get(f"/desk/cases/{case.id}").text
    assert 'value="Hello, I am Asha."' in page
    assert "About" not in page  # nothing is known to be filled in
    assert keep(shortcut="phone", lang="en", text="x", drop="1").status_code == 303
    assert "Call {phone}" not in lena.get("/desk/phrases").text


def test_a_lead_sees_the_desk_changes_people_and_finds_cases(site, asha, lena, people, case):
    act(asha, case, "labels", labels="=1+1")
    page = lena.get("/desk/team").text
    assert "with agents" in page
    assert "Asha Example" in page
    fields = {"teams": "highways", "skills": "bsl", "languages": "en, cy", "capacity": "20"}
    token = csrf(page)
    changed = lena.post("/desk/team/asha", data={"csrf": token, **fields})
    assert changed.status_code == 303
    assert "bsl" in lena.get("/desk/team").text
    for wrong in ({"capacity": "0"}, {"capacity": "many"}):
        answer = lena.post("/desk/team/asha", data={"csrf": token, **fields, **wrong})
        assert answer.status_code == 422
    assert case.id in lena.get("/desk/history?words_in=asha").text
    assert case.id not in lena.get("/desk/history?words_in=nowhere").text
    assert case.id not in lena.get("/desk/history?start=2020-01-01&end=2020-01-02").text
    table = lena.get("/desk/history.csv?start=wrong")
    assert table.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    row = next(row for row in rows if row["reference"] == case.id)
    assert row["labels"] == "'=1+1"
    assert row["outcome"] == "claimed"
    assert "speak to a person" not in table.text


def test_the_history_of_a_busy_year_has_the_oldest_case_too(site, lena, case):
    first = datetime(2019, 1, 1, 9, tzinfo=UTC)
    over = replace(case, status=HandoffStatus.CLOSED, outcome_code="resolved", team="waste")
    with site.store.begin() as work:
        for n in range(1002):
            team = "waste" if n else "highways"
            asked = first + timedelta(hours=n)
            one = replace(over, id=f"past{n}", team=team, asked_at=asked, claimed_at=asked)
            work.handoffs.add(one)
        work.commit()
    year = "start=2019-01-01&end=2019-12-31"
    page = lena.get(f"/desk/history?{year}").text
    assert "More than 1,000 cases, the latest 200 are shown: narrow the days" in page
    assert "/desk/cases/past1001" in page
    table = csv.DictReader(io.StringIO(lena.get(f"/desk/history.csv?{year}").text))
    assert [row["reference"] for row in table] == [f"past{n}" for n in range(1001, -1, -1)]
    for narrowed in ("words_in=PAST0", "team=highways"):
        page = lena.get(f"/desk/history?{year}&{narrowed}").text
        assert "1 case." in page and "/desk/cases/past0" in page


def test_a_formula_in_any_cell_does_nothing():
    out = as_csv(["a"], [["=1"], ["+1"], ["-1"], ["@x"], ["\tx"], ["fine"], [None]])
    cells = [row[0] if row else "" for row in csv.reader(io.StringIO(out))]
    assert cells[1:] == ["'=1", "'+1", "'-1", "'@x", "'\tx", "fine", ""]


def test_p2_an_auditor_reads_the_log_and_its_chain_is_checked(site, people, case):
    olga = people["olga"][1]
    page = olga.get("/desk/log?check=1").text
    assert "The chain holds" in page
    assert "Case claimed" in page
    assert case.id in olga.get(f"/desk/log?subject={case.id}").text
    assert olga.get(f"/desk/cases/{case.id}").status_code == 403


def test_s9_who_opened_a_safeguarding_case_is_on_its_page_for_leads(site, lena, people):
    secret = site.waiting("i want to kill myself")
    bryn = people["bryn"][1]
    assert bryn.get(f"/desk/cases/{secret.id}").status_code == 200
    page = lena.get(f"/desk/cases/{secret.id}").text
    assert "Who looked at this case" in page
    assert "Bryn Example" in page
    assert "Who looked" not in bryn.get(f"/desk/cases/{secret.id}").text


def test_a_notice_stands_on_every_page_in_its_languages_and_comes_off(site, lena, monkeypatch):
    monkeypatch.setattr("channels.pages.news.KEPT", 0.0)
    today = site.parts.turn.clock.now().date().isoformat()
    token = csrf(lena.get("/desk/notices").text)
    fields = {"csrf": token, "start": today, "end": today}
    assert lena.post("/desk/notices", data=fields).status_code == 422
    texts = {"text-en": "Phones are <down>.", "text-cy": "Dim ffonau."}
    assert lena.post("/desk/notices", data={**fields, **texts}).status_code == 303
    citizen = site.client()
    assert "Phones are &lt;down&gt;." in citizen.get("/").text
    assert "Dim ffonau." in citizen.get("/?lang=cy").text
    key = lena.get("/desk/notices").text.split('name="drop" value="', 1)[1].split('"', 1)[0]
    assert lena.post("/desk/notices", data={"csrf": token, "drop": key}).status_code == 303
    assert "Phones are" not in citizen.get("/?lang=en").text


def test_a_lead_holds_a_conversation_and_releases_it(site, lena, case, clock):
    token = csrf(lena.get("/desk/holds").text)

    def put(**fields):
        return lena.post("/desk/holds", data={"csrf": token, **fields})

    for wrong in ({"case": case.id, "reason": " "}, {"case": "", "reason": "x"},
                  {"case": "nobody", "reason": "x"}):  # fmt: skip
        assert put(**wrong).status_code == 422
    why = "Ombudsman, <b>ref. 12</b>"
    assert put(case=f" {case.id} ", reason=why).status_code == 303
    page = lena.get("/desk/holds").text
    assert f'href="/desk/cases/{case.id}"' in page and "Lena Example" in page
    assert "&lt;b&gt;ref. 12" in page and "<b>ref." not in page
    (held,) = holds(site.parts.engine)
    assert (held.conversation_id, held.by, held.reason) == (case.conversation_id, "lena", why)
    with site.store.begin() as work:
        assert work.staff_log.about(case.id)[-1].action == "conversation_held"
    form = {"csrf": token, "conversation": case.conversation_id}
    assert lena.post("/desk/holds/release", data=form).status_code == 303
    assert holds(site.parts.engine) == [] and "Nothing is held" in lena.get("/desk/holds").text
    with site.store.begin() as work:
        assert work.staff_log.about(case.conversation_id)[-1].action == "hold_released"


def test_a_visit_is_booked_from_the_case(site, asha, case):
    page = asha.get(f"/desk/cases/{case.id}/visit")
    assert "No time is free" in page.text  # this site has no booking system
    token = csrf(asha.get("/desk").text)
    address = f"/desk/cases/{case.id}/visit"
    gone = asha.post(address, data={"csrf": token, "visit": "s1", "name": "Sam"})
    assert gone.status_code == 409
    assert "Choose another one" in gone.text
