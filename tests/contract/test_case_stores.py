"""One suite for what the desk keeps beside a case, on memory, SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.case_extras import CannedReply, CaseNote, MessageChange, Promise, Receipt, ServiceNotice
from bot.desk_transfer import pass_to_team
from bot.desk_view import see_queue
from bot.desk_work import answer_citizen, claim_case
from bot.handoff import HandoffStatus
from bot.staff import LogEntry, Presence
from bot.staff_log import check_chain
from bot.stores.staff_memory import MemoryStaffStore
from tests.contract.test_staff_store import run_together, session, sql_store
from tests.desk_kit import Desk, staff
from tests.servers import migrated_database
from tests.turn_kit import START, Citizen

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module", params=["memory", "sqlite", "postgresql"])
def store(request, tmp_path_factory) -> Iterator:
    """One store for all: each test uses rows of its own."""
    if request.param == "memory":
        yield MemoryStaffStore()
    elif request.param == "sqlite":
        yield from sql_store(f"sqlite:///{tmp_path_factory.mktemp('case') / 'case.db'}")
    else:
        with migrated_database() as url:
            yield from sql_store(url)


@pytest.fixture
def desk(store, request):
    made = Desk(store)
    prefix = f"{abs(hash(request.node.name)) % 10**8}-"
    ids = made.turn.new_id
    made.turn = replace(made.turn, new_id=lambda: prefix + ids())
    made.parts = replace(made.parts, turn=made.turn)
    return made


@pytest.fixture
def case(desk, request):
    citizen = Citizen(desk.turn)
    citizen.says("person")
    agent = desk.hire(f"a{abs(hash(request.node.name)) % 10**8}")
    return claim_case(desk.parts, agent, citizen.handoff.id), agent


def test_an_agents_skills_and_presence_come_back(store):
    made = staff(
        "skilled",
        skills=frozenset({"bsl", "safeguarding"}),
        languages=frozenset({"en", "cy"}),
        capacity=7,
        presence=Presence.BUSY,
        presence_reason="on the phone",
        totp_secret="ABC",
        totp_used=5,
    )
    with store.begin() as work:
        work.staff.add(made)
        assert work.staff.get(made.id) == made
        work.sessions.add(session(made, "1" * 64))
        work.sessions.add(session(made, "2" * 64, last_at=START + HOUR))
        assert work.sessions.last_seen()[made.id] == START + HOUR


def test_a_code_is_spent_once_even_from_many_threads(store):
    made = staff("coder", totp_secret="ABC")
    with store.begin() as work:
        work.staff.add(made)
        work.commit()
    spent: list[bool] = []

    def spend() -> None:
        with store.begin() as work:
            spent.append(work.staff.use_code(made.id, 7))
            work.commit()

    run_together([spend] * 6)
    assert sorted(spent) == [False] * 5 + [True]
    with store.begin() as work:
        assert not work.staff.use_code(made.id, 6)
        assert work.staff.use_code(made.id, 8)


def test_notes_labels_and_a_day_to_look_again(store, case):
    handoff, _ = case
    note = CaseNote(
        f"n{handoff.id}", handoff.conversation_id, handoff.id, "asha", "note", "x", START
    )
    with store.begin() as work:
        work.notes.add(note)
        work.labels.put(handoff.id, handoff.conversation_id, ["b", "a", "b"])
        work.labels.put(handoff.id, handoff.conversation_id, ["c", "a"])
        changed = replace(handoff, follow_up_on=START.date())
        work.handoffs.save(changed, was=handoff)
        work.commit()
    with store.begin() as work:
        assert work.notes.of(handoff.conversation_id) == [note]
        assert work.notes.of("nobody") == []
        assert work.labels.of([handoff.id, "nobody"]) == {handoff.id: ("a", "c")}
        assert work.handoffs.get(handoff.id) == changed
        (card,) = [c for c in work.case_board.open() if c.handoff.id == handoff.id]
        assert card.labels == ("a", "c")


def test_what_is_to_be_looked_at_again(store, case):
    handoff, _ = case
    day = START.date()

    def due(until) -> list[str]:
        with store.begin() as work:
            return [card.handoff.id for card in work.case_board.to_look_at(until)]

    def save(**about) -> None:
        with store.begin() as work:
            held = work.handoffs.get(handoff.id)
            work.handoffs.save(replace(held, **about), was=held)
            work.commit()

    save(follow_up_on=day)
    assert handoff.id not in due(day)  # somebody has it
    save(status=HandoffStatus.CLOSED)
    assert handoff.id not in due(day - timedelta(days=1))
    assert handoff.id in due(day) and handoff.id in due(day + timedelta(days=9))
    save(follow_up_on=None)
    assert handoff.id not in due(day)


def test_who_is_asked_first_comes_back_as_it_was_kept(store, case):
    handoff, _ = case
    offered = replace(handoff, offered_to="asha", offered_until=START + HOUR)
    with store.begin() as work:
        work.handoffs.save(offered, was=handoff)
        work.commit()
    with store.begin() as work:
        assert work.handoffs.get(handoff.id) == offered


def test_promises(store, case):
    handoff, _ = case
    first, second = (
        Promise(f"{n}{handoff.id}", handoff.conversation_id, handoff.id, "asha", START + n * HOUR,
                START + n * HOUR, START + (n + 1) * HOUR)
        for n in (1, 2)
    )  # fmt: skip
    with store.begin() as work:
        work.promises.add(second)
        work.promises.add(first)
        assert work.promises.of(handoff.id) == [first, second]
        (card,) = [c for c in work.case_board.open() if c.handoff.id == handoff.id]
        assert card.promised == first.ends
        kept = replace(first, kept_at=START, kept_by="asha")
        work.promises.save(kept)
        assert [p for p in work.promises.open() if p.handoff_id == handoff.id] == [second]
        ended = work.promises.ending_between(START + 2 * HOUR, START + 3 * HOUR)
        assert [p for p in ended if p.handoff_id == handoff.id] == [kept]


def test_changed_messages_and_how_far_they_got(store, desk, case):
    handoff, agent = case
    whose = handoff.conversation_id
    said = [answer_citizen(desk.parts, agent, handoff.id, text) for text in ("one", "two")]
    with store.begin() as work:
        assert work.changes.receipts(whose) == {m.id: Receipt() for m in said}
        assert work.changes.delivered(whose, said[0].id, START)
        assert not work.changes.delivered(whose, said[0].id, START + HOUR)
        assert not work.changes.delivered(whose, "no such message", START)
        assert not work.changes.read("another conversation", said[1].id, START)
        assert work.changes.read(whose, said[1].id, START + HOUR)
        assert not work.changes.read(whose, said[1].id, START + HOUR)
        assert work.changes.receipts(whose) == {
            said[0].id: Receipt(START, START + HOUR),
            said[1].id: Receipt(START + HOUR, START + HOUR),
        }
        change = MessageChange(whose, said[0].id, "asha", "one", START + HOUR)
        work.changes.change(said[0].id, "uno", change, False)
        work.commit()
    with store.begin() as work:
        (held,) = work.changes.changed_since(whose, START + HOUR)
        assert (held.text, held.changed_at, held.withdrawn) == ("uno", START + HOUR, False)
        assert work.changes.changed_since(whose, START + 2 * HOUR) == []
        assert work.changes.of(whose) == [change]


def test_set_phrases(store):
    one = CannedReply("hello", "en", "Hello", "lena", START)
    with store.begin() as work:
        work.canned.put(replace(one, text="old"))
        work.canned.put(one)
        work.canned.put(replace(one, lang="cy", text="Helo"))
        assert [(r.shortcut, r.lang, r.text) for r in work.canned.all()] == [
            ("hello", "cy", "Helo"),
            ("hello", "en", "Hello"),
        ]
        work.canned.drop("hello", "cy")
        assert work.canned.all() == [one]


def test_notices_stand_until_their_time_is_over(store):
    one = ServiceNotice("n1", {"en": "Shut", "cy": "Ar gau"}, START, START + HOUR, "lena")
    with store.begin() as work:
        work.notices.add(one)
        work.notices.add(replace(one, id="n0", starts=START - HOUR))
        assert [n.id for n in work.notices.ending_after(START)] == ["n0", "n1"]
        assert work.notices.ending_after(START)[1] == one
        assert work.notices.ending_after(START + HOUR) == []
        work.notices.drop("n0")
        assert [n.id for n in work.notices.ending_after(START)] == ["n1"]


def test_past_cases_are_found_by_when_they_were_asked_for(store, case):
    handoff, _ = case
    with store.begin() as work:
        found = work.case_board.asked_between(handoff.asked_at, handoff.asked_at + HOUR)
        assert handoff.id in [c.handoff.id for c in found]
        before = work.case_board.asked_between(handoff.asked_at - HOUR, handoff.asked_at)
        assert handoff.id not in [c.handoff.id for c in before]
        assert len(work.case_board.asked_between(START, START + 99 * HOUR, limit=1)) == 1


def test_past_cases_are_narrowed_and_come_in_lots(store, case):
    handoff, _ = case
    start, end = START - 900 * HOUR, START - 800 * HOUR
    with store.begin() as work:
        past = [
            replace(
                handoff, id=f"{handoff.id}-{n}", asked_at=start + (n // 2) * HOUR, team=team,
                status=status, outcome_code=outcome,
            )
            for n, (team, status, outcome) in enumerate([
                ("waste", HandoffStatus.CLOSED, "resolved"),
                ("waste", HandoffStatus.RETURNED, None),
                ("highways", HandoffStatus.CLOSED, "resolved"),
                ("waste", HandoffStatus.CLOSED, "resolved"),
            ])
        ]  # fmt: skip
        for one in past:
            work.handoffs.add(one)

        def found(**wanted):
            cards = work.case_board.asked_between(start, end, **wanted)
            return [past.index(card.handoff) for card in cards]

        assert found() == [3, 2, 1, 0]
        assert found(team="waste") == [3, 1, 0]
        assert found(outcome="resolved") == [3, 2, 0]
        assert found(outcome="returned", team="waste") == [1]
        assert found(limit=2, after=past[3]) == [2, 1], "also where two were asked for at once"
        assert found(team="waste", after=past[3], limit=1) == [1]
        assert found(after=past[0]) == []


def test_a_case_passed_to_a_team_can_be_claimed_again(store, desk, case):
    handoff, agent = case
    pass_to_team(desk.parts, agent, handoff.id, "highways", "a pothole", ("highways",))
    waiting = [c.handoff for c in see_queue(desk.parts, agent).waiting]
    assert [h.team for h in waiting if h.id == handoff.id] == ["highways"]
    assert claim_case(desk.parts, agent, handoff.id).claimed_by == agent.username


def test_p2_the_log_is_one_chain_even_when_many_write_at_once(store):
    with store.begin() as work:
        start = work.staff_log.head().place

    def write() -> None:
        with store.begin() as work:
            for n in range(3):
                work.staff_log.write(LogEntry(START, "asha", "case_opened", "race", {"n": n}))
            work.commit()

    run_together([write] * 8)
    with store.begin() as work:
        entries, head = work.staff_log.sealed(limit=10_000), work.staff_log.head()
        assert head.place == start + 24
        assert check_chain(entries, head) == []
        assert len(work.staff_log.latest(100, "asha", "race", "case_opened")) == 24
        assert work.staff_log.sealed(after=head.place) == []


def test_p2_what_is_not_committed_leaves_no_gap(store):
    with store.begin() as work:
        work.staff_log.write(LogEntry(START, "asha", "dropped"))
    with store.begin() as work:
        work.staff_log.write(LogEntry(START, "asha", "kept", "gap"))
        assert [e.action for e in work.staff_log.about("gap")] == ["kept"]
        work.commit()
    with store.begin() as work:
        assert check_chain(work.staff_log.sealed(limit=10_000), work.staff_log.head()) == []
