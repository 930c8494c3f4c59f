"""What a citizen can do, through the whole running product."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import ApiCitizen

POSTCODE = "SY1 2AS"


def references(product) -> set[str]:
    return {str(case["service_request_id"]) for case in product.cases()}


def report_a_pothole(citizen: ApiCitizen, first: str, answers: list[str], yes: str) -> str:
    citizen.says(first)
    for answer in answers:
        citizen.says(answer)
    return citizen.says(yes)


def test_a_pothole_in_english_reaches_the_council(product, citizen):
    before = references(product)
    answers = [POSTCODE, "outside number 4 Castle Gates", "Bigger than a dustbin lid", "skip",
               "it is deep and full of water", "skip", "skip"]  # fmt: skip
    said = report_a_pothole(citizen, "there is a massive pothole on my road", answers, "yes")
    (made,) = references(product) - before
    assert made in said
    (case,) = [c for c in product.cases() if str(c["service_request_id"]) == made]
    assert case["service_code"] == "POTHOLE"
    assert "Castle Gates" in case["address"]
    turns = citizen.turns()
    assert turns[0]["service"] == "pothole" and turns[0]["lgsl"] == 557
    assert turns[0]["route_channel"] == "digital" and turns[0]["policy_version"]
    assert turns[0]["model_version"]
    assert [t["turn"] for t in turns] == list(range(1, len(turns) + 1))


def test_a_pothole_in_welsh_reaches_the_council(product, welsh_citizen):
    before = references(product)
    answers = ["SY8 2PG", "ger y llyfrgell", "mwy na chaead bin", "hepgor", "wrth y drws",
               "hepgor", "hepgor"]  # fmt: skip
    said = report_a_pothole(welsh_citizen, "mae twll mawr yn y ffordd", answers, "ie")
    (made,) = references(product) - before
    assert made in said
    assert {m["lang"] for m in welsh_citizen.history() if m["from"] == "assistant"} == {"cy"}
    assert {t["language"] for t in welsh_citizen.turns()} == {"cy"}


def test_welsh_is_heard_without_being_chosen(citizen):
    answer = citizen.send("pryd mae'r biniau yn cael eu casglu?")
    assert {m["lang"] for m in answer["messages"]} == {"cy"}


@pytest.mark.parametrize("words", ["can i talk to a person please", "siarad â rhywun plis"])
def test_safeguard_1_a_person_is_granted_in_one_turn(citizen, words):
    answer = citizen.send(words)
    assert answer["route"]["channel"] == "assisted"
    assert any(r == "citizen_asked_assisted" for r in answer["route"]["reasons"])
    (handoff,) = citizen.handoffs()
    assert handoff["status"] == "waiting"


def test_a_person_asked_for_in_the_middle_of_a_form_sees_what_was_told(citizen):
    citizen.says("the street light is broken")
    citizen.says(POSTCODE)
    citizen.says("actually can i speak to someone")
    (handoff,) = citizen.handoffs()
    assert handoff["status"] == "waiting"
    assert "SY1 2AS" in handoff["summary"] and "street_light" in handoff["summary"]


def test_safeguard_1_coming_in_is_granted_with_a_named_place(citizen):
    answer = citizen.send("can i come in and see someone")
    assert answer["route"]["channel"] == "face_to_face"
    said = citizen.says(POSTCODE)
    assert "Castle Gates" in said and "check" in said.lower()


def test_no_internet_takes_the_citizen_away_from_digital(citizen):
    citizen.says("i need to sort out my council tax bill")
    answer = citizen.send("i have no internet at home and i am not good with computers")
    assert answer["route"]["channel"] == "assisted"
    assert any(r.startswith("barrier_") for r in answer["route"]["reasons"])


def test_why_and_something_else_are_answered(citizen):
    citizen.says("where can i pay my council tax bill")
    assert citizen.says("why did you send me there?")
    assert citizen.send("something else please")["messages"]


def test_every_answer_leaves_another_way(citizen):
    answer = citizen.send("how do i apply for a blue badge")
    offered = {answer["route"]["channel"], *(a["channel"] for a in answer["route"]["alternatives"])}
    assert offered == {"digital", "assisted", "face_to_face"}


def test_a_bin_day_names_its_source(citizen):
    citizen.says("when is my bin day")
    said = citizen.says(POSTCODE)
    assert "This comes from" in said and "I looked at" in said


def test_what_is_not_understood_twice_goes_to_a_person(citizen):
    citizen.says("asdf qwer zxcv")
    citizen.says("quorble snid fnarp")
    (handoff,) = citizen.handoffs()
    assert handoff["status"] == "waiting"


@pytest.mark.parametrize(
    "text",
    [
        "😀😀😀",
        "<script>alert(1)</script>",
        "x" * 10_000,
        "bin\u202eday\u200b",
        "/restart",
        "{{7*7}}",
    ],
)
def test_bad_input_gets_a_plain_answer(citizen, text):
    answer = citizen.send(text)
    assert answer["messages"]
    assert "49" not in answer["messages"][-1]["text"]


@pytest.mark.parametrize("text", ["", "   ", "\u200b"])
def test_nothing_to_read_is_said_so(citizen, text):
    answer = citizen.post(citizen.id, {"text": text})
    assert answer.status_code == 422
    assert answer.json()["message"] and answer.json()["what_next"]


def test_f2_the_same_client_id_is_one_turn(citizen):
    first = citizen.send("when is my bin day", client_id="one")
    again = citizen.send("when is my bin day", client_id="one")
    assert [m["id"] for m in first["messages"]] == [m["id"] for m in again["messages"]]
    assert len(citizen.turns()) == 1


def test_s3_another_citizens_token_opens_nothing(product, citizen):
    other = ApiCitizen(product)
    for path in ("messages", "events"):
        assert other.get(citizen.id, path).status_code == 401
    assert other.post(citizen.id, {"text": "hi"}).status_code == 401


def test_turn_records_hold_no_words(product, citizen):
    citizen.says("zanzibar the pothole at zanzibar")
    rows = product.rows("select * from turn_records")
    assert rows and "zanzibar" not in str(rows)


def test_s10_logs_hold_no_words(product, citizen):
    canary = "kumquatcanary"
    citizen.says(f"there is a pothole by {canary} house")
    citizen.says(f"outside {canary} house")
    for log in (product.home / "logs").glob("*.log"):
        assert canary not in log.read_text(errors="replace"), log.name
