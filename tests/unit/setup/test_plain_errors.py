"""Ordinary bad input is answered with a sentence, by every command, and gives nothing away."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from channels.cli import fairway
from channels.commands.child import in_child
from channels.commands.plain_errors import in_plain_words
from tests.unit.setup.test_supervisor import free_port

PASSWORD = "Tr0ub4dor"
NO_SERVER = f"postgresql+psycopg://me:{PASSWORD}@127.0.0.1:9/fairway"
DATABASE_COMMANDS = (
    ("retention",),
    ("staff-log", "verify"),
    ("user", "list"),
    ("switch", "list"),
    ("keys", "list"),
    ("erase", "x", "--by", "jones", "--yes"),
    ("export", "--out", "out"),
    ("policy", "try", "bot/routing_policy.yml"),
)


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    names = ("FAIRWAY_PORT", "FAIRWAY_INTERNAL_PORT", "FAIRWAY_RASA_PORT")
    return {"FAIRWAY_HOME": str(tmp_path / "home"), **{n: str(free_port()) for n in names}}


def said_by(env: dict[str, str], *arguments: str) -> str:
    """What a command says that could not do it: a sentence and no traceback."""
    done: Result = CliRunner().invoke(fairway, arguments, env=env)
    assert isinstance(done.exception, SystemExit), (done.exception, done.output)
    assert done.exit_code in (1, 2), done.output
    assert "Traceback" not in done.output and PASSWORD not in done.output
    return done.output


@pytest.mark.parametrize("command", DATABASE_COMMANDS, ids=lambda c: str(c[0]))
def test_a_folder_that_is_missing(env: dict[str, str], tmp_path: Path, command: list[str]) -> None:
    env["FAIRWAY_DATABASE_URL"] = f"sqlite:///{tmp_path}/no/such/folder/fairway.db"
    said = said_by(env, *command)
    assert "unable to open database file" in said and "fairway doctor" in said


@pytest.mark.parametrize("command", [("retention",), ("export", "--out", "out")])
def test_a_database_that_is_down(env: dict[str, str], command: list[str]) -> None:
    said = said_by(env | {"FAIRWAY_DATABASE_URL": NO_SERVER}, *command)
    assert "refused" in said and "FAIRWAY_DATABASE_URL" in said


@pytest.mark.parametrize(
    "url",
    [
        f"postgres://me:{PASSWORD}@db/fairway",
        f"postgresql://me:{PASSWORD}@db/fairway",
        f"postgresql+psycopg://me:{PASSWORD}@db:port/fairway",
        f"me:{PASSWORD}@db/fairway",
        f"postgresql+psycopg://me:an@{PASSWORD}@db/fairway",
    ],
)
def test_an_address_that_is_none(env: dict[str, str], url: str) -> None:
    assert "postgresql+psycopg://" in said_by(env | {"FAIRWAY_DATABASE_URL": url}, "retention")


def test_serving_without_a_database(env: dict[str, str]) -> None:
    """In a process of its own, as it sets up logs and signals."""
    command = [sys.executable, "-m", "channels.cli", "serve"]
    env = {**os.environ, **env, "FAIRWAY_DATABASE_URL": NO_SERVER}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=240)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "refused" in done.stderr and PASSWORD not in done.stderr


def test_a_home_that_is_a_file(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    assert "FAIRWAY_HOME=" in said_by(env, "retention")


def test_secrets_that_are_a_list(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "secrets.json").write_text("[]")
    assert "secrets.json: not names and secrets" in said_by(env, "retention")


def test_an_export_goes_nowhere_but_into_a_folder(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here already")
    assert "is a file" in said_by(env, "export", "--out", str(tmp_path / "file"))
    below = str(tmp_path / "file" / "below")
    assert f"{below}" in said_by(env, "export", "--out", below)


def test_an_assessment_needs_its_folder(env: dict[str, str], tmp_path: Path) -> None:
    path = str(tmp_path / "missing" / "dpia.md")
    assert f"{path} cannot be used: No such file" in said_by(env, "dpia", "--out", path)


@pytest.mark.parametrize("days", ["99999999", "-5", "0"])
def test_days_that_there_are(env: dict[str, str], days: str) -> None:
    said = said_by(env, "policy", "try", "bot/routing_policy.yml", "--days", days)
    assert "1<=x<=36500" in said


def test_rows_are_quoted_in_no_message() -> None:
    """A database repeats the values that it refuses, and they can be what a citizen said."""
    engine = sa.create_engine("sqlite://")
    with engine.connect() as db, pytest.raises(click.ClickException) as caught, in_plain_words():
        db.execute(sa.text("CREATE TABLE a (b TEXT CHECK (b = ''))"))
        db.execute(sa.text("INSERT INTO a VALUES (:b)"), {"b": "my words"})
    assert "IntegrityError" in str(caught.value) and "my words" not in str(caught.value)


def test_faults_of_the_program_keep_their_traceback() -> None:
    with pytest.raises(ZeroDivisionError), in_plain_words():
        _ = 1 / 0


def test_a_child_says_it_too(tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match="nothing cannot be used"):
        in_child(lambda: (tmp_path / "nothing").read_text())
