"""P2: the staff log shows tampering."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.staff import LogEntry
from bot.staff_log import Head, SealedEntry, check_chain, seal_after
from tests.turn_kit import START


def chain(many: int = 5) -> list[SealedEntry]:
    made, head = [], Head()
    for number in range(many):
        at = START + timedelta(minutes=number)
        one = seal_after(head, LogEntry(at, "asha", "case_opened", f"case{number}", {"n": number}))
        made.append(one)
        head = Head(one.place, one.seal)
    return made


def head_of(entries: list[SealedEntry]) -> Head:
    return Head(entries[-1].place, entries[-1].seal)


def test_p2_an_honest_log_has_no_fault():
    entries = chain()
    assert check_chain(entries, head_of(entries), [head_of(entries[:3]), head_of(entries)]) == []
    assert check_chain([], Head()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"username": "bryn"},
        {"subject": "case9"},
        {"action": "case_closed"},
        {"detail": {}},
        {"at": START + timedelta(minutes=2, microseconds=1)},
    ],
)
def test_p2_an_edited_entry_is_found(change):
    entries = chain()
    wrong = entries[2]
    entries[2] = replace(wrong, entry=replace(wrong.entry, **change))
    assert [f.place for f in check_chain(entries, head_of(entries))] == [3]


def test_p2_a_dropped_entry_is_found():
    entries = chain()
    del entries[2]
    assert any("entry 3 is missing" in f.problem for f in check_chain(entries, head_of(entries)))


def test_p2_entries_in_another_order_are_found():
    entries = chain()
    entries[1], entries[2] = entries[2], entries[1]
    assert check_chain(entries, head_of(entries))


def test_p2_a_log_cut_short_is_found_against_the_kept_head():
    entries = chain()
    kept, short = head_of(entries), entries[:3]
    assert check_chain(short, head_of(short)) == []  # its own head was cut as well
    (fault,) = check_chain(short, head_of(short), [kept])
    assert fault.problem == "the log ends before entry 5, which was kept"
    assert check_chain(short, kept)


def test_p2_a_log_written_anew_is_found_against_the_kept_head():
    honest, forged, head = chain(), [], Head()
    for one in honest:
        entry = replace(one.entry, username="nobody")
        made = seal_after(head, entry)
        forged.append(made)
        head = Head(made.place, made.seal)
    assert check_chain(forged, head) == []
    (fault,) = check_chain(forged, head, [head_of(honest)])
    assert "differs from the head kept" in fault.problem
