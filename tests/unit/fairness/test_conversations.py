"""Turn records, outcomes and handoffs become measures, one conversation at a time."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.approval import CONFIRM, REASON
from bot.handoff import ASSISTANT_DOWN, HAD_A_PERSON
from bot.stores.schema import metadata
from fairness import sql_counts
from fairness.audit import audit
from fairness.database import read_database
from fairness.decisions_file import read_decisions
from fairness.errors import DatabaseUnreadable, NothingToAudit, TableWrong
from fairness.reading import count_conversations, open_to_read
from fairness.records import NOT_RECORDED, Rules

SHOW = Rules(threshold=None)


def figures(units, group="language"):
    report = audit(units, SHOW, {}, title="")
    return {(c.measure.key, c.group[group]): c for c in report.measures if c.by == (group,)}, report


def test_one_conversation_counts_once_however_many_turns(council):
    council.add({"fallback": True}, {"fallback": True}, {}, language="en")
    council.add({}, {}, language="en")
    council.add({"misunderstood": True}, language="cy")
    found, _ = figures(read_database(council.url, ("language",), None))
    assert (found["fallback_rate", "en"].k, found["fallback_rate", "en"].n) == (1, 2)
    assert found["misunderstanding_rate", "cy"].value == 1.0
    assert found["turns_median", "en"].value == 2.5


def test_denied_choice_counts_only_those_who_asked(council):
    council.add({"asked_channel": "assisted"}, {"route_channel": "assisted"})
    council.add({"asked_channel": "assisted"}, {"route_channel": "digital"})
    council.add({"asked_channel": "assisted"}, handoff={})
    council.add({"asked_channel": "face_to_face"})
    council.add({"route_channel": "digital"})
    found, _ = figures(read_database(council.url, ("language",), None))
    denied = found["denied_choice_rate", "en"]
    assert (denied.k, denied.n) == (2, 4)


def test_what_citizens_answered_is_how_satisfied_they_were(council):
    """Of those who answered; where nobody did it is told so, not counted as none."""
    names = [council.add({}, language="cy" if i % 2 else "en") for i in range(8)]
    found, _ = figures(read_database(council.url, ("language",), None))
    assert found["satisfaction_rate", "en"].status == "not_estimable"
    engine = sa.create_engine(council.url)
    answers = ["yes", "no", "yes", "partly", "no"]
    with engine.begin() as db:
        rows = [
            {
                "conversation_id": name,
                "got": got,
                "comment": "",
                "at": datetime(2026, 1, 6, tzinfo=UTC),
            }
            for name, got in zip(names, answers, strict=False)
        ]
        db.execute(metadata.tables["feedback"].insert(), rows)
    engine.dispose()
    found, _ = figures(read_database(council.url, ("language",), None))
    assert [(found["satisfaction_rate", lang].k, found["satisfaction_rate", lang].n)
            for lang in ("en", "cy")] == [(2, 3), (0, 2)]  # fmt: skip


def test_channels_are_reported_and_never_judged(council):
    council.fill(60)
    found, report = figures(read_database(council.url, ("language",), None))
    shares = [
        found[f"selection_rate:{c}", "cy"].value for c in ("digital", "assisted", "face_to_face")
    ]
    assert sum(shares) == pytest.approx(1.0)
    verdicts = {c.verdict for c in report.comparisons if c.measure.name == "selection_rate"}
    assert verdicts == {"reported_not_judged"}


def test_false_digital_needs_truth_and_says_so(council):
    council.fill(40)
    found, _ = figures(read_database(council.url, ("language",), None))
    cell = found["false_digital_rate", "en"]
    assert cell.status == "not_estimable" and "needed_channel" in cell.reason


def test_a_handoff_nobody_took_counts_as_longer_than_any(council):
    for seconds in (60, 120, None):
        taken = (
            {} if seconds is None else {"claimed_at": council.start + timedelta(seconds=seconds)}
        )
        council.add({}, handoff=taken)
    found, _ = figures(read_database(council.url, ("language",), None))
    assert found["handoff_wait_median_seconds", "en"].value == 120
    p90 = found["handoff_wait_p90_seconds", "en"]
    assert p90.value is None and "never served" in p90.reason
    assert found["handoff_rate", "en"].value == 1.0


def test_a_handoff_that_was_called_off_was_waited_for_until_then(council):
    for seconds in (60, 400):
        off = {"status": "returned", "closed_at": council.start + timedelta(seconds=seconds)}
        council.add({}, handoff=off)
    found, _ = figures(read_database(council.url, ("language",), None))
    assert found["handoff_wait_median_seconds", "en"].value == 230
    over = found["handoff_wait_over_target_rate", "en"]
    assert (over.k, over.n) == (1, 2)


def test_a_case_of_an_outage_that_was_called_off_is_no_handoff(council):
    """Nobody had asked for it. Once an agent had it, or while it still waits, it counts."""
    off = {"status": "returned", "closed_at": council.start, "reasons": [ASSISTANT_DOWN]}
    asked = {"asked_channel": "assisted"}
    council.add(asked, handoff=off)
    council.add({}, handoff={**off, "reasons": [ASSISTANT_DOWN, HAD_A_PERSON]})
    council.add({}, handoff={"reasons": [ASSISTANT_DOWN]})
    council.add({}, handoff={"reasons": [ASSISTANT_DOWN], "status": "claimed", "claimed_by": "asha",
                             "claimed_at": council.start + timedelta(seconds=90)})  # fmt: skip
    found, _ = figures(read_database(council.url, ("language",), None))
    assert (found["handoff_rate", "en"].k, found["handoff_rate", "en"].n) == (3, 4)
    assert found["handoff_wait_median_seconds", "en"].n == 3
    assert found["denied_choice_rate", "en"].value == 1.0, "they were not handed to a person"


def test_a_yes_to_an_answer_is_no_person_who_served(council):
    """Neither a wait for a person, nor a decision of theirs, unless they served it themselves."""
    sent = {"route_channel": "digital", "asked_channel": "assisted"}
    case = {
        "way": CONFIRM, "reasons": [REASON], "claimed_by": "asha", "closed_at": council.start,
        "claimed_at": council.start + timedelta(seconds=90),
    }  # fmt: skip
    council.add(sent, handoff={**case, "status": "returned"})
    council.add(sent, handoff={"way": CONFIRM, "reasons": [REASON]})
    found, _ = figures(read_database(council.url, ("language",), None))
    assert found["handoff_rate", "en"].value == 0.0
    assert found["denied_choice_rate", "en"].value == 1.0
    for nothing in ("handoff_wait_median_seconds", "overruled_rate"):
        assert found[nothing, "en"].status == "not_estimable"
    council.add(sent, handoff={**case, "status": "closed", "outcome_code": "resolved"})
    found, _ = figures(read_database(council.url, ("language",), None))
    assert (found["overruled_rate", "en"].k, found["overruled_rate", "en"].n) == (1, 1)
    assert found["handoff_wait_median_seconds", "en"].value == 90


def test_the_audit_and_the_assistant_use_the_same_words():
    assert (sql_counts.CONFIRM, sql_counts.OUTAGE) == (CONFIRM, ASSISTANT_DOWN)
    assert sql_counts.HAD_A_PERSON == HAD_A_PERSON


def test_resolution_and_abandonment(council):
    council.add({}, outcomes=("resolved",))
    council.add({}, outcomes=("abandoned",))
    council.add({}, outcomes=("resolved", "recontacted"))
    council.add({}, handoff={"outcome_code": "referred"})
    council.add({}, handoff={"outcome_code": "no_answer"})
    council.add({})
    found, _ = figures(read_database(council.url, ("language",), None))
    resolved, left = found["resolution_rate", "en"], found["abandonment_rate", "en"]
    assert (resolved.k, resolved.n) == (2, 5)
    assert (left.k, left.n) == (1, 5)


def test_the_last_language_counts_and_the_change_is_noted(council):
    council.add({"language": "en"}, {"language": "cy"})
    units = read_database(council.url, ("language",), None)
    assert list(units.frame["group:language"]) == ["cy"]
    assert any("language changed" in note for note in units.notes)


def test_no_service_is_a_group_of_its_own(council):
    council.add({}, service=None)
    units = read_database(council.url, ("service",), None)
    assert list(units.frame["group:service"]) == [NOT_RECORDED] and units.missing["service"] == 1


def test_window_is_by_the_day_a_conversation_began(council):
    council.add({}, {}, at=council.start)
    council.add({}, at=council.start + timedelta(days=2))

    def read(**days):
        return len(read_database(council.url, ("language",), None, **days).frame)

    assert read(until=date(2026, 1, 6)) == 1
    assert read(since=date(2026, 1, 6)) == 1
    with pytest.raises(NothingToAudit):
        read(since=date(2027, 1, 1))


def test_versions_and_hash_come_along_and_the_hash_is_of_the_rows(council):
    council.add({"model_version": "m2"})
    first = read_database(council.url, ("language",), None).source
    assert (first.model_versions, first.policy_versions) == (("m2",), ("p1",))
    assert first.sha256 == read_database(council.url, ("language",), None).source.sha256
    council.add({})
    assert first.sha256 != read_database(council.url, ("language",), None).source.sha256


def test_nothing_can_be_written_through_the_audits_engine(council):
    with pytest.raises(sa.exc.OperationalError), open_to_read(council.url).begin() as connection:
        connection.execute(sa.text("DELETE FROM turn_records"))


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.db", "not a url", "oracle://x/y"])
def test_an_address_that_is_none_says_what_to_do(url):
    with pytest.raises(DatabaseUnreadable, match="address|up"):
        count_conversations(url)


def test_a_database_that_is_not_fairways(tmp_path):
    url = f"sqlite:///{tmp_path}/other.db"
    with sa.create_engine(url).begin() as connection:
        connection.execute(sa.text("CREATE TABLE t (x)"))
    assert count_conversations(url) == 0
    with pytest.raises(DatabaseUnreadable, match="turn records"):
        read_database(url, ("language",), None)


def test_only_known_groups_are_read(council):
    with pytest.raises(DatabaseUnreadable, match="Use: language"):
        read_database(council.url, ("shoe_size",), None)


DECISIONS = """\
conversation_id,turn,language,asked_channel,route_channel,needed_channel,fallback,outcome
a,2,en,,assisted,,true,resolved
a,1,en,assisted,digital,assisted,false,
b,1,cy,assisted,digital,face_to_face,no,abandoned
c,1,cy,,digital,digital,0,resolved
"""


def test_a_decisions_file_gives_the_same_measures_and_truth(write):
    found, _ = figures(read_decisions(write(DECISIONS), ("language",), None))
    assert (found["denied_choice_rate", "cy"].k, found["denied_choice_rate", "en"].k) == (1, 0)
    false_digital = found["false_digital_rate", "cy"]
    assert (false_digital.k, false_digital.n) == (1, 1)
    assert found["fallback_rate", "en"].value == 1.0
    assert found["resolution_rate", "cy"].value == 0.5
    assert found["handoff_rate", "en"].status == "not_estimable"


def test_rows_without_a_conversation_id_are_conversations(write):
    text = "language,route_channel\nen,digital\nen,assisted\ncy,digital\n"
    units = read_decisions(write(text), ("language",), None)
    assert len(units.frame) == 3


def test_repeated_rows_are_left_out_and_counted(write):
    text = "id,conversation_id,language,fallback\n1,a,en,no\n1,a,en,no\n2,b,cy,yes\n"
    units = read_decisions(write(text), ("language",), None)
    assert "repeat an id, left out: 1" in " ".join(units.notes)
    assert units.frame["measure:turns_median"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("a,1,en,phone,digital,,no,", "asked_channel"),
        ("a,1,en,,digital,,perhaps,", "fallback"),
        ("a,1,en,,digital,,no,lost", "outcome"),
        (",1,en,,digital,,no,", "conversation_id"),
    ],
)
def test_values_a_column_cannot_hold_name_their_row(write, line, column):
    with pytest.raises(TableWrong) as caught:
        read_decisions(write(DECISIONS + line + "\n"), ("language",), None)
    assert (caught.value.row, caught.value.column) == (6, column)


def test_handoff_times_in_a_file(write):
    text = (
        "conversation_id,language,asked_at,claimed_at\n"
        "a,en,2026-01-05T09:00Z,2026-01-05T09:02Z\nb,en,2026-01-05T09:00Z,\nc,en,,\n"
    )
    found, _ = figures(read_decisions(write(text), ("language",), None))
    assert (found["handoff_rate", "en"].k, found["handoff_rate", "en"].n) == (2, 3)
    assert found["handoff_wait_median_seconds", "en"].status == "not_estimable"


def test_a_table_that_is_no_decisions_file_is_pointed_elsewhere(write):
    with pytest.raises(TableWrong, match="--table"):
        read_decisions(write("sex,admitted\nF,yes\n"), ("sex",), None)
