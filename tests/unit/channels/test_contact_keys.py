"""The file of keys: made once, read again when it changes, and never lost by mistake."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import BadFile
from channels.contact_keys import (
    SOON,
    KeyFile,
    KeyInUse,
    KeyUnknown,
    add_key,
    drop_key,
    make_first_key,
    read_keys,
)
from channels.settings import load_settings

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "contact_keys.json"


def test_of_many_that_start_at_once_one_makes_the_key(path):
    at_once = [threading.Thread(target=make_first_key, args=(path, NOW)) for _ in range(8)]
    for one in at_once:
        one.start()
    for one in at_once:
        one.join()
    assert len(read_keys(path)) == 1
    assert path.stat().st_mode & 0o077 == 0


def test_a_new_key_is_known_at_once_and_seals_from_its_hour_on(path):
    clock = [NOW]
    make_first_key(path, NOW)
    keys = KeyFile(path, lambda: clock[0])
    first = keys.newest
    made = add_key(path, NOW + SOON)
    assert [key.id for key in keys.known] == [first.id, made]
    assert keys.newest == first
    clock[0] = NOW + SOON
    assert keys.newest.id == made
    drop_key(path, first.id)
    assert [key.id for key in keys.known] == [made]


def test_the_newest_key_and_one_that_is_not_there_are_not_dropped(path):
    make_first_key(path, NOW)
    with pytest.raises(KeyInUse):
        drop_key(path, read_keys(path)[0].key.id)
    with pytest.raises(KeyUnknown):
        drop_key(path, "ffffffff")


def test_keys_that_were_read_stay_when_the_file_goes(path):
    make_first_key(path, NOW)
    keys = KeyFile(path, lambda: NOW)
    known = keys.newest
    path.unlink()
    assert keys.newest == known


@pytest.mark.parametrize("text", ["", "{}", '{"keys": [{"id": "a", "key": "YQ==", "from": ""}]}'])
def test_a_broken_file_says_what_to_do_and_is_not_written_over(path, text):
    path.write_text(text)
    make_first_key(path, NOW)
    with pytest.raises(BadFile, match="from your backup"):
        KeyFile(path).newest  # noqa: B018
    assert path.read_text() == text


def test_a_new_home_seals_at_once_and_one_that_knew_no_keys_a_little_later(tmp_path):
    new, old = tmp_path / "new", tmp_path / "old"
    old.mkdir()
    (old / "secrets.json").write_text("{}")
    now = datetime.now(UTC)
    for home, later in ((new, timedelta()), (old, SOON)):
        settings = load_settings({"FAIRWAY_HOME": str(home)})
        starts = read_keys(settings.contact_keys)[0].starts
        assert abs(starts - now - later) < timedelta(minutes=1)
