"""What we have no answer for, how conversations ended, and the month's open data."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest

from bot.conversation import Conversation
from bot.council import LONDON
from bot.desk_transfer import pass_to_team
from bot.files.cards import load_cards
from bot.handoff import Handoff, HandoffStatus
from bot.message import Medium
from bot.outcome import Outcome
from bot.staff import SAFEGUARDING
from bot.turn_record import TurnRecord
from bot.understanding import Answer, Said, Understanding
from channels.gates import manager_tools
from channels.manager.ends import Ended, ended
from channels.manager.gap_pages import open_rows, places_of
from channels.settings import ROOT

CARDS = load_cards(ROOT / "bot" / "services")


@pytest.fixture
def hold(parts):
    """Keep one conversation: about ``service``, with outcomes and perhaps a handoff."""
    numbers = iter(range(10_000))

    def keep(
        service=None, *codes, language="en", handoff=None, way="talk_to_person", at=None, **told
    ):
        n = next(numbers)
        now = at or parts.turn.clock.now() - timedelta(days=2)
        with parts.turn.store.begin() as work:
            held = Conversation(f"c{n}", Medium.WEB, now, now, language)
            work.conversations.add(held)
            work.records.add_turn(TurnRecord(f"t{n}", held.id, 1, now, "web", language,
                                             "answered_assistant", service=service))  # fmt: skip
            work.records.add_turn(TurnRecord(f"u{n}", held.id, 2, now, "web", language,
                                             "answered_assistant", **told))  # fmt: skip
            for code in codes:
                work.records.add_outcome(Outcome(f"{code}{n}", held.id, code, "system", now))
            if handoff:
                claimed = None if handoff is HandoffStatus.WAITING else now
                work.handoffs.add(Handoff(f"h{n}", held.id, "x", "routine", way, (), now, handoff,
                                          claimed_at=claimed))  # fmt: skip
            work.commit()

    return keep


def counts(parts):
    now = parts.turn.clock.now()
    with parts.engine.connect() as db:
        found = ended(db, now - timedelta(days=30), now)
    return {(one.service, one.language, one.end): one.conversations for one in found}


def test_silence_is_no_success(parts, hold):
    hold("pothole")
    hold("pothole", "resolved")
    hold("pothole", "resolved", "recontacted")
    hold("pothole", "abandoned", language="cy")
    hold("pothole", "handed_over", "resolved", handoff=HandoffStatus.CLOSED)
    hold(None, handoff=HandoffStatus.WAITING)
    hold("library", handoff=HandoffStatus.RETURNED, way="confirm")  # an agent's yes, no more
    hold("library", at=parts.turn.clock.now() - timedelta(days=40))
    assert counts(parts) == {
        ("pothole", "en", "not_known"): 1,
        ("pothole", "en", "contained"): 1,
        ("pothole", "en", "came_back"): 1,
        ("pothole", "cy", "left"): 1,
        ("pothole", "en", "person"): 1,
        ("none", "en", "person"): 1,
        ("library", "en", "not_known"): 1,
    }


def test_a_conversation_counts_under_the_language_it_went_on_in(parts, hold):
    hold("pothole")
    with parts.turn.store.begin() as work:
        now = parts.turn.clock.now()
        for turn in range(3, 7):
            work.records.add_turn(TurnRecord(f"w{turn}", "c0", turn, now, "web", "cy",
                                             "answered_assistant"))  # fmt: skip
        work.commit()
    assert counts(parts) == {("pothole", "cy", "not_known"): 1}


def test_what_is_contained_may_harm(site, parts, manager, hold):
    assert "There is none" in manager.get("/manager/gaps").text.split('id="risks"')[1]
    hold("pothole", "resolved")
    hold("pothole", "resolved", barriers=("no_data",))
    hold("pothole", asked_channel="face_to_face")
    hold("pothole", asked_channel="digital")
    hold("pothole", asked_channel="assisted", handoff=HandoffStatus.CLOSED)  # they had somebody
    hold("care_assessment", "resolved")
    now = parts.turn.clock.now()
    with parts.engine.connect() as db:
        found = ended(db, now - timedelta(days=30), now)
    assert sum(one.conversations for one in found if one.hard) == 3
    table = manager.get("/manager/gaps").text.split('id="risks"')[1].split("</section>")[0]
    rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in table.split("<tr>")[2:]]
    assert rows == [
        "Report a pothole 4 2",
        f"{CARDS['care_assessment'].name('en')} 1 1 (urgent, or a talk)",
    ]


def test_the_page_says_what_is_missing_and_what_is_known(site, manager, hold):
    page = manager.get("/manager/gaps").text
    assert "There was no conversation" in page
    hold("pothole", "resolved")
    hold("allotment")
    page = manager.get("/manager/gaps").text
    assert "In all 2, of them 50 % contained" in page
    missing = page.split('id="pages-missing"')[1].split("</section>")[0]
    assert "Report a pothole" in missing or "allotment" in missing.casefold()


def test_a_page_that_is_too_old_is_a_gap(site, manager, hold):
    hold("pothole")
    pages = site.parts.settings.home / "pages"
    pages.mkdir()
    page = pages / "potholes.md"
    told = (
        "---\ntitle: Potholes\nsource: https://example.gov.uk/p\n"
        "reviewed: {}\nlgsl: [557]\n---\nWe mend potholes.\n"
    )
    page.write_text(told.format("2020-01-31"))
    assert "Last checked 31/01/2020: too long ago" in manager.get("/manager/gaps").text
    page.write_text(told.format(site.parts.turn.clock.now().date()))
    assert "There is none." in manager.get("/manager/gaps").text


def test_what_no_service_is_for_is_shown_redacted(site, parts, manager):
    made = Understanding(intent="elsewhere_passport", kind="out_of_scope")
    parts.turn.assistant.script["passport"] = Answer((Said("Ask HM.", "en"),), made)
    site.citizen("my passport is lost, ring 07700 900123")
    page = manager.get("/manager/gaps").text
    assert "my passport is lost" in page and "sent elsewhere: passport" in page
    assert "900123" not in page


def last_month(parts):
    today = parts.turn.clock.now().astimezone(LONDON)
    return (today.replace(day=1, hour=12) - timedelta(days=1)).replace(day=10)


def test_a_whole_month_hides_small_numbers_and_rounds_the_rest(parts, hold, manager, log):
    when = last_month(parts)
    for _ in range(23):
        hold("pothole", "resolved", at=when)
    for _ in range(13):
        hold("library", handoff=HandoffStatus.CLOSED, at=when)
    hold("homelessness", "abandoned", at=when)
    month = f"{when:%Y-%m}"
    answer = manager.get(f"/manager/open-data/{month}.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    told = {(r["by"], r["group"], r["how_it_ended"]): r["conversations"] for r in rows}
    assert told["everybody", "all", "all"] == "35"  # of 37
    assert told["service", "homelessness", "all"] == "hidden"
    hidden = [key for key, number in told.items() if number == "hidden" and key[0] == "service"]
    assert len({group for _, group, _ in hidden}) > 1, "one hidden number could be worked out"
    assert all(n == "hidden" or int(n) % 5 == 0 for n in told.values())
    assert "37" not in answer.text and "23" not in answer.text
    assert log()[-1] == ("open_data_exported", month)


def test_no_month_that_is_not_over_or_never_was(parts, manager):
    this = f"{parts.turn.clock.now().astimezone(LONDON):%Y-%m}"
    for month in (this, "1999-01", "x", "..%2F2026-01"):
        assert manager.get(f"/manager/open-data/{month}.csv").status_code == 404


def test_nothing_of_one_hidden_number_can_be_worked_out_from_the_sums(parts):
    """The attacker has the table and the threshold: every sum with a hidden part has two."""
    kinds = (("a", "en", "left", 3), ("a", "en", "person", 40), ("b", "cy", "left", 30))
    found = [Ended(*kind) for kind in kinds]
    published = manager_tools(parts.settings).published(places_of(found))
    rows = open_rows("2026-10", found, published)
    ends = {(by, group, end): n for _, by, group, end, n in rows}
    assert ends["service", "a", "left"] == "hidden"
    of_a = [n for (by, group, _), n in ends.items() if (by, group) == ("service", "a")]
    assert of_a.count("hidden") >= 2


def in_vain(page: str) -> str:
    return page.split('id="in-vain"')[1].split("</section>")[0]


def test_searches_that_found_nothing_are_counted_and_shown_redacted(site, parts, manager):
    assert "Every search found something" in in_vain(manager.get("/manager/gaps").text)
    made = Understanding(intent="service_pothole", service="pothole")
    nothing = ({"type": "nothing_found"},)
    script = parts.turn.assistant.script
    script["hole"] = Answer((Said("?", "en"),), made, nothing)
    script["skate"] = Answer((Said("?", "en"),), Understanding(), nothing)
    for n in range(12):
        site.citizen(f"a hole, ring 07700 9001{n:02}")
    site.citizen("a skate park")
    site.citizen("a skate park")
    site.citizen("found it")
    shown = in_vain(manager.get("/manager/gaps").text)
    assert "No service</th><td>Hidden</td>" in shown
    assert shown.count("a skate park") == 1 and "07700 9001" not in shown
    assert "found it" not in shown


def test_s9_gaps_tell_nothing_of_what_led_to_a_safeguarding_case(site, parts, manager):
    made = Understanding(intent="elsewhere_passport", kind="out_of_scope")
    script = parts.turn.assistant.script
    script["passport"] = Answer((Said("Ask HM.", "en"),), made)
    script["refuge"] = Answer((Said("?", "en"),), Understanding(), ({"type": "nothing_found"},))
    said = ("where is my passport", "a refuge for me")
    case = site.waiting(*said, "can i speak to a person please")
    page = manager.get("/manager/gaps").text
    assert all(words in page for words in said)
    lena = site.hire("lena", ["team_lead"])
    pass_to_team(site.desk, lena, case.id, SAFEGUARDING, "hurt at home", (SAFEGUARDING,))
    page = manager.get("/manager/gaps").text
    assert not any(words in page for words in said)
    assert "No service" in in_vain(page)  # it counts all the same
