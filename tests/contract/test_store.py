"""One suite for the stores, run on memory, SQLite and PostgreSQL alike."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.dialects import sqlite

from bot.conversation import Conversation
from bot.equality import AnswerSheet, link_of
from bot.errors import HandoffTaken
from bot.handoff import Handoff, HandoffStatus, claim
from bot.message import Button, Medium, Message, Sender
from bot.need import Barrier, Channel, Circumstances
from bot.outcome import Outcome
from bot.ports import Parcel, Standing, Store
from bot.stores.engine import migrate, open_engine
from bot.stores.memory import MemoryStore
from bot.stores.schema import UtcDateTime
from bot.stores.sealing import HeldKeys, Key
from bot.stores.sql import SqlStore
from bot.take_in import TakenIn, take_in
from bot.turn_record import TurnRecord
from tests.servers import migrated_database
from tests.turn_kit import ScriptedAssistant, turn_parts

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KEYS = HeldKeys((KEY := Key("k1", bytes(range(64))),), KEY)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request, tmp_path) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'store.db'}"
        migrate(url)
        engine = open_engine(url, KEYS)
        yield SqlStore(engine)
        engine.dispose()
        return
    with migrated_database() as url:
        migrate(url)
        engine = open_engine(url, KEYS)
        yield SqlStore(engine)
        engine.dispose()


@pytest.fixture
def conversation(store) -> Conversation:
    conversation = Conversation(
        id=uuid.uuid4().hex,
        medium=Medium.WEB,
        started_at=NOW,
        last_at=NOW,
        token_hash="f" * 64,
        address="447700900123",
        circumstances=Circumstances(
            asked_channel=Channel.ASSISTED, barriers=frozenset({Barrier.NO_DATA}), failed_turns=1
        ),
    )
    with store.begin() as work:
        work.conversations.add(conversation)
        work.commit()
    return conversation


def message(conversation, text="hello", **rest) -> Message:
    values = {
        "id": uuid.uuid4().hex,
        "conversation_id": conversation.id,
        "sender": Sender.CITIZEN,
        "text": text,
        "lang": "en",
        "at": NOW,
    }
    return Message(**{**values, **rest})


def handoff(conversation, **rest) -> Handoff:
    values = {
        "id": uuid.uuid4().hex,
        "conversation_id": conversation.id,
        "team": "contact_centre",
        "urgency": "routine",
        "way": "talk_to_person",
        "reasons": ("citizen_asked_assisted",),
        "asked_at": NOW,
        "summary": {"postcode": "SY1 2AS"},
    }
    return Handoff(**{**values, **rest})


def turn_record(conversation) -> TurnRecord:
    return TurnRecord(
        id=uuid.uuid4().hex,
        conversation_id=conversation.id,
        turn=1,
        at=NOW,
        medium="web",
        language="cy",
        ending="answered_assistant",
        confidence=0.5,
        barriers=("no_data",),
        route_reasons=("need_served_online",),
    )


def test_a_conversation_comes_back_as_it_was_kept(store, conversation):
    with store.begin() as work:
        assert work.conversations.get(conversation.id) == conversation
        assert work.conversations.get("nobody") is None
        assert work.conversations.latest_at("447700900123") == conversation
        work.conversations.save(replace(conversation, language="cy", language_chosen=True))
        work.commit()
    with store.begin() as work:
        assert work.conversations.get(conversation.id).language == "cy"


def test_nothing_is_kept_without_commit(store, conversation):
    with store.begin() as work:
        work.messages.add(message(conversation))
    with store.begin() as work:
        assert work.messages.of(conversation.id) == []


def test_a_failed_unit_of_work_keeps_nothing(store, conversation):
    with pytest.raises(ZeroDivisionError), store.begin() as work:
        work.messages.add(message(conversation))
        raise ZeroDivisionError
    with store.begin() as work:
        assert work.messages.of(conversation.id) == []


def test_the_latest_messages_come_in_their_order(store, conversation):
    said = [message(conversation, f"number {n}") for n in range(5)]
    with store.begin() as work:
        work.messages.add(*said)
        work.commit()
    with store.begin() as work:
        assert work.messages.latest(conversation.id, 2) == said[3:]
        assert work.messages.latest(conversation.id, 9) == said
        assert work.messages.latest("nobody", 9) == []


def test_how_things_stand_is_looked_up_at_once(store, conversation):
    asked = message(conversation)
    with store.begin() as work:
        work.messages.accept(asked)
        assert work.messages.standing(asked) == Standing(answered=False, turns=0, waiting=0)
        work.handoffs.add(handoff(conversation))
        work.records.add_turn(turn_record(conversation))
        work.messages.mark_answered(asked.id)
        assert work.messages.standing(asked) == Standing(answered=True, turns=1, waiting=1)
        with pytest.raises(LookupError):
            work.messages.standing(message(conversation, "never kept"))


def test_messages_keep_their_order_and_their_buttons(store, conversation):
    first = message(conversation, "one", buttons=(Button("Yes", "/affirm"),))
    second = message(conversation, "two", sender=Sender.ASSISTANT)
    with store.begin() as work:
        work.messages.add(first)
        work.messages.add(second, in_reply_to=first.id)
        work.commit()
    with store.begin() as work:
        assert work.messages.of(conversation.id) == [first, second]
        assert work.messages.of(conversation.id, after=first.id) == [second]
        assert work.messages.of(conversation.id, after=second.id) == []
        assert work.messages.replies_to(first.id) == [second]
        assert work.messages.get(second.id) == second


def test_f2_the_same_client_id_is_one_message(store, conversation):
    first = message(conversation, client_id="c1")
    again = message(conversation, client_id="c1")
    with store.begin() as work:
        assert work.messages.accept(first)
        assert not work.messages.accept(again)
        work.commit()
    with store.begin() as work:
        assert work.messages.of(conversation.id) == [first]
        assert work.messages.accepted_as(conversation.id, "c1") == first


def test_f2_the_same_provider_id_is_one_message_even_from_many_threads(store, conversation):
    kept: list[bool] = []

    def accept() -> None:
        with store.begin() as work:
            kept.append(work.messages.accept(message(conversation), "notify", "n1"))
            work.commit()

    threads = [threading.Thread(target=accept) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(kept) == [False] * 7 + [True]


def test_f2_one_message_sent_many_times_at_once_is_taken_in_once(store, conversation):
    parts = turn_parts(ScriptedAssistant(), store, new_id=lambda: uuid.uuid4().hex)
    taken: list[TakenIn] = []
    together = threading.Barrier(8)

    def send() -> None:
        together.wait()
        taken.append(take_in(parts, conversation.id, "hello", client_id="c1"))

    threads = [threading.Thread(target=send) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert [t.is_new for t in taken].count(True) == 1
    assert len({t.message.id for t in taken}) == 1 and len(taken) == 8


def test_a_message_that_a_provider_handed_over_came_by_text(store, conversation):
    with store.begin() as work:
        text, typed = message(conversation), message(conversation)
        work.messages.accept(text, "notify", "n1")
        work.messages.accept(typed)
        assert work.messages.by_text(text.id)
        assert not work.messages.by_text(typed.id)
        assert not work.messages.by_text("never kept")


def test_an_accepted_message_is_unanswered_until_marked(store, conversation):
    mine = message(conversation)
    with store.begin() as work:
        work.messages.accept(mine)
        work.commit()
    with store.begin() as work:
        assert not work.messages.answered(mine.id)
        assert work.messages.unanswered(NOW + timedelta(seconds=1)) == [mine]
        assert work.messages.unanswered(NOW) == []
        work.messages.mark_answered(mine.id)
        work.commit()
    with store.begin() as work:
        assert work.messages.answered(mine.id)
        assert work.messages.unanswered(NOW + timedelta(days=1)) == []


def test_a_handoff_comes_back_and_is_claimed_once(store, conversation):
    waiting = handoff(conversation)
    with store.begin() as work:
        work.handoffs.add(waiting)
        work.commit()
    with store.begin() as work:
        assert work.handoffs.open_of(conversation.id) == waiting
        work.handoffs.save(claim(waiting, "asha", NOW), was=waiting)
        work.commit()
    with pytest.raises(HandoffTaken), store.begin() as work:
        work.handoffs.save(claim(waiting, "bryn", NOW), was=waiting)
    with store.begin() as work:
        assert work.handoffs.get(waiting.id).claimed_by == "asha"
        assert work.handoffs.of(conversation.id) == [work.handoffs.get(waiting.id)]


CHANGES = {
    "team": "safeguarding",
    "urgency": "urgent",
    "way": "call_back",
    "reasons": ("safety_abuse",),
    "summary": {"postcode": "SY1 2AS", "What": "more was told"},
    "contact": {"phone": "07700 900123"},
    "offered_to": "bryn",
}
"""What may be changed in a case that waits before and after."""


@pytest.mark.parametrize("field", CHANGES)
def test_a_handoff_changed_since_it_was_read_is_not_overwritten(store, conversation, field):
    read = handoff(conversation)
    meanwhile = replace(read, **{field: CHANGES[field]})
    with store.begin() as work:
        work.handoffs.add(read)
        work.handoffs.save(meanwhile, was=read)
        work.commit()
    with pytest.raises(HandoffTaken), store.begin() as work:
        work.handoffs.save(claim(read, "asha", NOW), was=read)
    with store.begin() as work:
        assert work.handoffs.get(read.id) == meanwhile
        work.handoffs.save(claim(meanwhile, "asha", NOW), was=meanwhile)


def test_a_handoff_that_is_not_held_cannot_be_saved(store, conversation):
    gone = handoff(conversation)
    with pytest.raises(HandoffTaken), store.begin() as work:
        work.handoffs.save(claim(gone, "asha", NOW), was=gone)


def test_the_queue_is_urgent_first_then_longest_waiting(store, conversation):
    others = [replace(conversation, id=uuid.uuid4().hex) for _ in range(2)]
    late = handoff(conversation, asked_at=NOW + timedelta(minutes=2))
    early = handoff(others[0], asked_at=NOW)
    urgent = handoff(others[1], asked_at=NOW + timedelta(minutes=5), urgency="urgent")
    with store.begin() as work:
        for other in others:
            work.conversations.add(other)
        for one in (late, early, urgent):
            work.handoffs.add(one)
        work.commit()
    with store.begin() as work:
        assert work.handoffs.with_status(HandoffStatus.WAITING) == [urgent, early, late]
        assert work.handoffs.with_status(HandoffStatus.CLOSED) == []
        assert work.handoffs.count(HandoffStatus.WAITING) == 3
        assert work.handoffs.count(HandoffStatus.CLOSED) == 0


def test_records_come_back(store, conversation):
    record = turn_record(conversation)
    outcome = Outcome(uuid.uuid4().hex, conversation.id, "resolved", "agent", NOW)
    with store.begin() as work:
        work.records.add_turn(record)
        work.records.add_outcome(outcome)
        work.commit()
    with store.begin() as work:
        assert work.records.turns_of(conversation.id) == [record]
        assert work.records.count_turns(conversation.id) == 1
        assert work.records.outcomes_of(conversation.id) == [outcome]


def test_a_leased_parcel_is_hidden_until_its_lease_ends(store):
    parcel = Parcel(uuid.uuid4().hex, "sms", {"message_ids": ["m"]})
    later = NOW + timedelta(seconds=60)
    with store.begin() as work:
        work.outbox.put(parcel, NOW)
        work.commit()
    with store.begin() as work:
        assert [p.attempts for p in work.outbox.lease("sms", NOW, later, 10)] == [1]
        assert work.outbox.lease("sms", NOW, later, 10) == []
        assert work.outbox.lease("email", later, later, 10) == []
        work.commit()
    with store.begin() as work:
        assert [p.attempts for p in work.outbox.lease("sms", later, later, 10)] == [2]
        work.outbox.again(parcel.id, later, "down")
        assert work.outbox.waiting("sms") == 1
        assert work.outbox.lease("sms", later, later, 10)[0].last_error == "down"
        work.outbox.done(parcel.id, later)
        assert work.outbox.waiting("sms") == 0
        assert work.outbox.lease("sms", NOW + timedelta(days=1), later, 10) == []


def test_a_parcel_leased_but_not_tried_has_no_attempt_more(store):
    parcel, later = Parcel(uuid.uuid4().hex, "desk_event", {}), NOW + timedelta(minutes=5)
    with store.begin() as work:
        work.outbox.put(parcel, NOW)
        work.outbox.lease("desk_event", NOW, later, 10)
        work.outbox.untried(parcel.id, later)
        assert work.outbox.lease("desk_event", NOW, later, 10) == []
        assert [p.attempts for p in work.outbox.lease("desk_event", later, later, 10)] == [1]


def test_a_parcel_given_up_is_not_leased_again(store):
    parcel = Parcel(uuid.uuid4().hex, "sms", {})
    with store.begin() as work:
        work.outbox.put(parcel, NOW)
        work.outbox.give_up(parcel.id, NOW, "refused")
        assert work.outbox.lease("sms", NOW, NOW, 10) == []


def test_a_parcel_put_anew_stands_again_with_what_it_now_says(store):
    parcel, later = Parcel(uuid.uuid4().hex, "watch", {"reference": "7"}), NOW + timedelta(hours=1)
    with store.begin() as work:
        work.outbox.put_anew(parcel, NOW)
        (leased,) = work.outbox.lease("watch", NOW, later, 10)
        work.outbox.done(parcel.id, NOW)
        work.outbox.put_anew(replace(parcel, payload={"reference": "7", "status": "open"}), NOW)
        assert not work.outbox.holds_lease(leased)
        (again,) = work.outbox.lease("watch", NOW, later, 10)
        assert again.payload == {"reference": "7", "status": "open"}
        assert work.outbox.holds_lease(again)


def test_a_lease_holds_until_somebody_else_has_it_or_it_is_done(store):
    later, latest = NOW + timedelta(minutes=5), NOW + timedelta(minutes=10)
    with store.begin() as work:
        work.outbox.put(Parcel(uuid.uuid4().hex, "watch", {}), NOW)
        (first,) = work.outbox.lease("watch", NOW, later, 1)
        assert work.outbox.holds_lease(first)
        (second,) = work.outbox.lease("watch", later, latest, 1)
        assert work.outbox.holds_lease(second) and not work.outbox.holds_lease(first)
        work.outbox.done(second.id, later)
        assert not work.outbox.holds_lease(second)


def test_standing_parcels_are_found_by_what_they_are_about(store):
    here = [Parcel(name, "watch", {"reference": "7"}) for name in ("a", "b", "c")]
    other = Parcel("d", "watch", {"reference": "8"}), Parcel("e", "reminder", {"reference": "7"})
    with store.begin() as work:
        for parcel in (*here, *other):
            work.outbox.put(parcel, NOW)
        work.outbox.done("a", NOW)
        work.outbox.give_up("c", NOW, "")
        assert work.outbox.standing("watch", "7") == [here[1]]


def test_a_parcel_put_once_is_there_once_even_when_it_is_done(store):
    parcel = Parcel(uuid.uuid4().hex, "watch", {"reference": "7"})
    with store.begin() as work:
        assert work.outbox.put_once(parcel, NOW)
        assert not work.outbox.put_once(parcel, NOW)
        assert work.outbox.waiting("watch") == 1
        work.outbox.done(parcel.id, NOW)
        work.outbox.done("there is none of this name", NOW)
        assert not work.outbox.put_once(parcel, NOW)
        assert work.outbox.waiting("watch") == 0
        work.commit()


def test_conversations_are_found_by_number_and_by_when_they_fell_silent(store, conversation):
    later = NOW + timedelta(days=2)
    other = replace(conversation, id=uuid.uuid4().hex, started_at=later, last_at=later)
    with store.begin() as work:
        work.conversations.add(other)
        ids = [c.id for c in work.conversations.all_at("447700900123")]
        assert ids == [conversation.id, other.id]
        assert work.conversations.all_at("447700900999") == []
        day = timedelta(days=1)
        assert [c.id for c in work.conversations.last_heard(NOW - day, NOW)] == [conversation.id]
        assert work.conversations.last_heard(NOW + day, NOW + day) == []


def test_a_number_that_said_stop(store):
    with store.begin() as work:
        assert not work.sms_numbers.opted_out("447700900123")
        work.sms_numbers.opt_out("447700900123", NOW)
        work.sms_numbers.opt_out("447700900123", NOW)
        assert work.sms_numbers.opted_out("447700900123")
        work.sms_numbers.opt_in("447700900123")
        assert not work.sms_numbers.opted_out("447700900123")


def test_equality_answers_are_kept_replaced_and_forgotten(store, conversation):
    link = link_of(conversation.id, "key")
    answers = {"sex": "female", "religion": "sikh"}
    sheet = AnswerSheet(link, "ons_census_2021@1", answers, NOW.date())
    with store.begin() as work:
        assert not work.equality.has(link)
        work.equality.put(sheet)
        work.equality.put(replace(sheet, answers={"sex": "prefer_not_to_say"}))
        work.commit()
    with store.begin() as work:
        assert work.equality.has(link)
        assert not work.equality.has(conversation.id)
        work.equality.forget(link)
        work.equality.forget(link)
        assert not work.equality.has(link)


def test_equality_answers_cannot_be_read_through_the_port(store):
    with store.begin() as work:
        known = {name for name in dir(work.equality) if not name.startswith("_")}
    assert known - {"db", "tables"} == {"put", "has", "forget"}


def test_a_time_without_zone_is_refused():
    column = UtcDateTime()
    with pytest.raises(ValueError, match="no time zone"):
        column.process_bind_param(NOW.replace(tzinfo=None), sqlite.dialect())


def test_who_was_taken_since_a_time(store, conversation):
    with store.begin() as work:
        for name, minutes in (("a", 1), ("b", 90), ("c", None)):
            own = replace(conversation, id=f"wait-{name}")
            work.conversations.add(own)
            waiting = handoff(own, id=f"wait-{name}")
            work.handoffs.add(waiting)
            if minutes is not None:
                taken = claim(waiting, "asha", NOW - timedelta(minutes=minutes))
                work.handoffs.save(taken, was=waiting)
        work.commit()
    with store.begin() as work:
        since = [[h.id for h in work.handoffs.claimed_since(NOW - timedelta(hours=n))]
                 for n in (1, 2)]  # fmt: skip
    assert since == [["wait-a"], ["wait-b", "wait-a"]]


def test_a_number_goes_on_where_it_was_heard_from_last(store, conversation):
    newer = replace(conversation, id="newer", started_at=NOW + timedelta(hours=1))
    with store.begin() as work:
        work.conversations.add(replace(newer, last_at=NOW + timedelta(hours=1)))
        work.conversations.save(replace(conversation, last_at=NOW + timedelta(hours=2)))
        work.commit()
    with store.begin() as work:
        found = work.conversations.latest_at("447700900123")
        assert found is not None and found.id == conversation.id


def test_f1_of_many_who_finish_a_turn_one_does(store, conversation):
    asked = message(conversation)
    with store.begin() as work:
        assert work.messages.accept(asked)
        work.commit()
    finished = []

    def finish() -> None:
        with store.begin() as work:
            finished.append(work.messages.mark_answered(asked.id))
            work.commit()

    threads = [threading.Thread(target=finish) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(finished) == [False] * 5 + [True]


def test_noting_that_something_was_said_leaves_the_rest_as_it_is(store, conversation):
    with store.begin() as work:
        work.conversations.touch(conversation.id, NOW + timedelta(minutes=5))
        work.commit()
    with store.begin() as work:
        held = work.conversations.get(conversation.id)
    assert held == replace(conversation, last_at=NOW + timedelta(minutes=5))
