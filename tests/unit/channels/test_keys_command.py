"""``fairway keys``: change the key while everything is there; the doctor misses a lost one."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from bot.message import Medium
from bot.take_in import start_conversation
from channels.cli import fairway
from channels.commands.doctor import database
from channels.contact_keys import read_keys
from channels.privacy import places_of
from channels.privacy.sealer import seal_all
from channels.settings import load_settings
from tests.web_kit import make_parts

NUMBER = "447700900461"


@pytest.fixture
def parts(tmp_path, monkeypatch):
    monkeypatch.setenv("FAIRWAY_HOME", str(tmp_path))
    made = make_parts(tmp_path)
    start_conversation(made.turn, Medium.SMS, address=NUMBER)
    yield made
    made.engine.dispose()


def run(*arguments):
    return CliRunner().invoke(fairway, ["keys", *arguments])


def in_files(home) -> bool:
    return any(NUMBER.encode() in path.read_bytes() for path in home.glob("fairway.db*"))


def test_p1_the_key_is_changed_and_the_old_one_dropped(parts):
    home = parts.settings.home
    old = read_keys(parts.settings.contact_keys)[0].key.id
    assert run("list").output.split("\t")[::2] == [old, "1\n"]
    assert "it is the newest" in run("drop", old).output
    new = run("add", "--minutes", "0").output.strip()
    assert "sealed with this key" in run("drop", old).output
    assert run("seal").output == "Sealed: 1.\n"
    assert run("drop", old).output == f"Dropped: {old}.\n"
    with parts.turn.store.begin() as work:  # the running product has read the file again
        assert work.conversations.latest_at(NUMBER) is not None
    assert [one.key.id for one in read_keys(parts.settings.contact_keys)] == [new]
    assert not in_files(home)


def test_p1_what_was_written_without_a_key_is_in_no_file_once_it_is_sealed(parts, tmp_path):
    parts.settings.contact_keys.write_text('{"keys": []}')
    start_conversation(parts.turn, Medium.SMS, address=NUMBER)
    assert in_files(tmp_path)
    run("add", "--minutes", "0")
    seal_all(places_of(parts.settings, parts.engine))
    assert not in_files(tmp_path)


def test_a_lost_key_is_said_by_the_list_the_command_and_the_doctor(parts):
    def doctor():
        settings = load_settings({"FAIRWAY_HOME": str(home)})
        return [one for one in database(settings) if not one.good]

    home, held = parts.settings.home, parts.settings.contact_keys.read_text()
    assert doctor() == []
    parts.settings.contact_keys.unlink()
    assert "this key is not here" in run("list").output
    run("add", "--minutes", "0")
    assert run("seal").exit_code == 1
    assert "Contact details can be opened (1 cannot)" in doctor()[0].what
    parts.settings.contact_keys.write_text(held)
    assert doctor() == []
