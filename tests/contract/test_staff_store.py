"""One suite for the staff's tables, run on memory, SQLite and PostgreSQL alike."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk_transfer import pass_to_team
from bot.desk_view import see_queue
from bot.desk_work import claim_case, close_case
from bot.errors import HandoffTaken
from bot.handoff import Handoff
from bot.staff import LogEntry, Role, SignInLink, StaffSession, UsernameTaken
from bot.staff_ports import StaffStore
from bot.stores.engine import migrate, open_engine
from bot.stores.staff_memory import MemoryStaffStore
from bot.stores.staff_sql import SqlStaffStore
from tests.contract.test_store import KEYS
from tests.desk_kit import Desk, staff
from tests.servers import migrated_database
from tests.turn_kit import START, Citizen


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request, tmp_path) -> Iterator[StaffStore]:
    if request.param == "memory":
        yield MemoryStaffStore()
    elif request.param == "sqlite":
        yield from sql_store(f"sqlite:///{tmp_path / 'staff.db'}")
    else:
        with migrated_database() as url:
            yield from sql_store(url)


def sql_store(url: str) -> Iterator[StaffStore]:
    migrate(url)
    engine = open_engine(url, KEYS)
    yield SqlStaffStore(engine)
    engine.dispose()


@pytest.fixture
def asha(store):
    made = staff("asha", Role.AGENT, Role.AUDITOR, teams=("highways", "waste"))
    with store.begin() as work:
        work.staff.add(made)
        work.commit()
    return made


def session(owner, token_hash="a" * 64, **rest) -> StaffSession:
    values = {
        "token_hash": token_hash,
        "staff_id": owner.id,
        "csrf": "c" * 43,
        "created_at": START,
        "last_at": START,
        "expires_at": START + timedelta(hours=12),
    }
    return StaffSession(**{**values, **rest})


def test_an_account_comes_back_as_it_was_kept(store, asha):
    with store.begin() as work:
        assert work.staff.get(asha.id) == asha
        assert work.staff.named("asha") == asha
        assert work.staff.named("nobody") is None
        assert work.staff.get("nobody") is None
        changed = replace(asha, password_hash="$argon2id$x", active=False)
        work.staff.save(changed)
        work.staff.add(staff("aaron"))
        assert [s.username for s in work.staff.all()] == ["aaron", "asha"]
        assert work.staff.get(asha.id) == changed


def test_a_user_name_is_taken_once_and_the_transaction_goes_on(store, asha):
    with store.begin() as work:
        with pytest.raises(UsernameTaken):
            work.staff.add(staff("asha"))
        work.staff.add(staff("bryn"))
        work.commit()
    with store.begin() as work:
        assert len(work.staff.all()) == 2


def test_sessions_are_kept_used_and_ended(store, asha):
    one, two = session(asha), session(asha, "b" * 64)
    with store.begin() as work:
        work.sessions.add(one)
        work.sessions.add(two)
        assert work.sessions.get(one.token_hash) == one
        later = START + timedelta(minutes=5)
        work.sessions.touch(one.token_hash, later)
        assert work.sessions.get(one.token_hash).last_at == later
        work.sessions.end(one.token_hash)
        work.sessions.end("never was")
        assert work.sessions.get(one.token_hash) is None
        work.sessions.end_all_of(asha.id)
        assert work.sessions.get(two.token_hash) is None


def test_sessions_that_have_expired_are_swept(store, asha):
    with store.begin() as work:
        work.sessions.add(session(asha))
        work.sessions.sweep(START + timedelta(hours=11))
        assert work.sessions.get("a" * 64) is not None
        work.sessions.sweep(START + timedelta(hours=12))
        assert work.sessions.get("a" * 64) is None


def test_a_link_is_used_once_even_from_many_threads(store, asha):
    link = SignInLink("d" * 64, asha.id, START + timedelta(hours=24))
    with store.begin() as work:
        work.links.add(link)
        work.commit()
    used: list[bool] = []

    def use() -> None:
        with store.begin() as work:
            used.append(work.links.use(link.token_hash, START))
            work.commit()

    run_together([use] * 8)
    assert sorted(used) == [False] * 7 + [True]
    with store.begin() as work:
        assert work.links.get(link.token_hash) == replace(link, used_at=START)
        assert work.links.get("unknown") is None


def test_unused_links_of_someone_end_together(store, asha):
    with store.begin() as work:
        work.links.add(SignInLink("d" * 64, asha.id, START))
        work.links.add(SignInLink("e" * 64, asha.id, START, used_at=START))
        work.links.end_all_of(asha.id)
        assert work.links.get("d" * 64) is None
        assert work.links.get("e" * 64) is not None


def test_the_log_keeps_its_order(store, asha):
    first = LogEntry(START, "asha", "case_claimed", "case1", {"why": "urgent"})
    second = LogEntry(START, "asha", "case_closed", "case1")
    with store.begin() as work:
        for entry in (first, LogEntry(START, "asha", "signed_in", "asha"), second):
            work.staff_log.write(entry)
        work.commit()
    with store.begin() as work:
        assert work.staff_log.about("case1") == [first, second]


def test_the_board_is_the_same_everywhere(store):
    desk = Desk(store)
    asha, bryn = desk.hire("asha"), desk.hire("bryn")
    routine, urgent, done = Citizen(desk.turn), Citizen(desk.turn), Citizen(desk.turn)
    routine.says("person")
    done.says("person")
    urgent.says("i want to kill myself")
    case = claim_case(desk.parts, bryn, done.handoff.id)
    queue = see_queue(desk.parts, asha)
    assert [c.handoff.urgency for c in queue.waiting] == ["urgent", "routine"]
    assert [c.handoff.id for c in queue.with_colleagues] == [case.id]
    assert all(c.citizen_waits_since for c in queue.waiting)
    close_case(desk.parts, bryn, case.id, "resolved")
    assert [c.handoff.id for c in see_queue(desk.parts, asha).over_today] == [case.id]


def test_s9_the_queue_does_not_tell_what_was_said_in_a_safeguarding_case(store):
    desk = Desk(store)
    lena, hal = desk.hire("lena", Role.TEAM_LEAD), desk.hire("hal", teams=("highways",))
    citizen, other = Citizen(desk.turn), Citizen(desk.turn)
    citizen.says("i want to kill myself")
    other.says("can i speak to a person please")

    def words(who):
        return {c.handoff.conversation_id: c.last_words for c in see_queue(desk.parts, who).waiting}

    secret = claim_case(desk.parts, lena, citizen.handoff.id)
    close_case(desk.parts, lena, secret.id, "referred")
    whose, now = citizen.conversation.id, desk.turn.clock.now()
    with store.begin() as work:  # as when a text of ours did not arrive
        work.handoffs.add(Handoff("next", whose, "contact_centre", "soon", "call_back", (), now))
        work.commit()
        told = work.case_board.guarded({whose, other.conversation.id})
    assert [one.conversation_id for one in told if one.closed_at] == [whose]
    asked = {other.conversation.id: "can i speak to a person please"}
    assert words(hal) == {**asked, whose: ""}
    assert words(lena) == {**asked, whose: "i want to kill myself"}
    citizen.says("my bin was missed")
    assert words(hal) == {**asked, whose: "my bin was missed"}


def test_s9_that_a_case_was_the_safeguarding_teams_is_kept(store):
    desk = Desk(store)
    lena, citizen, other = desk.hire("lena", Role.TEAM_LEAD), Citizen(desk.turn), Citizen(desk.turn)
    citizen.says("i want to kill myself")
    other.says("can i speak to a person please")
    teams = ("contact_centre", "safeguarding")
    case = pass_to_team(desk.parts, lena, citizen.handoff.id, "contact_centre", "a bin", teams)
    assert citizen.handoff == case and case.was_safeguarding
    whose = {citizen.conversation.id, other.conversation.id}
    with store.begin() as work:
        assert work.case_board.guarded(whose) == [case]


def test_fifty_agents_race_for_fifty_cases_and_each_is_claimed_once(store):
    desk = Desk(store)
    many = 10 if isinstance(store, MemoryStaffStore) else 50  # memory copies itself each time
    agents = [desk.hire(f"agent{number:02d}") for number in range(many)]
    citizens = [Citizen(desk.turn) for _ in range(many)]
    for citizen in citizens:
        citizen.says("person")
    cases = [citizen.handoff.id for citizen in citizens]
    won: dict[str, str] = {}
    lost: list[str] = []

    def take_the_first_free_one(agent):
        """As agents do: everybody goes for the top of the queue."""
        for case in cases:
            try:
                claim_case(desk.parts, agent, case)
            except HandoffTaken:
                lost.append(case)
            else:
                assert case not in won
                won[case] = agent.username
                return

    run_together([lambda a=agent: take_the_first_free_one(a) for agent in agents])
    assert sorted(won) == sorted(cases)
    assert len(set(won.values())) == many
    with store.begin() as work:
        for case, username in won.items():
            assert work.handoffs.get(case).claimed_by == username
            assert [e.username for e in work.staff_log.about(case)] == [username]
    for citizen in citizens:
        told = [t for t in desk.texts(citizen.conversation.id) if "handoff_claimed" in t]
        assert len(told) == 1
    assert lost  # it was a race


def run_together(jobs) -> None:
    """All at once, in threads; the first error is raised here."""
    barrier, errors = threading.Barrier(len(jobs)), []

    def run(job) -> None:
        barrier.wait()
        try:
            job()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    if errors:
        raise errors[0]
