"""What the commands say and write before anything runs."""

from __future__ import annotations

import json
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from bot.errors import BadFile
from channels.cli import fairway
from channels.commands import rasa_files
from channels.commands.rasa_files import write_rasa_files
from channels.settings import Settings, load_settings


@pytest.fixture
def ports() -> Iterator[list[int]]:
    """Three ports that nobody uses."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    numbers = [int(one.getsockname()[1]) for one in held]
    for one in held:
        one.close()
    yield numbers


@pytest.fixture
def env(tmp_path: Path, ports: list[int]) -> dict[str, str]:
    names = ("FAIRWAY_PORT", "FAIRWAY_INTERNAL_PORT", "FAIRWAY_RASA_PORT")
    chosen = {name: str(port) for name, port in zip(names, ports, strict=True)}
    return {"FAIRWAY_HOME": str(tmp_path / "home"), **chosen}


@pytest.fixture
def settings(env: dict[str, str]) -> Settings:
    return load_settings(env)


def run(env: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(fairway, arguments, env=env)


def test_rasas_files_are_filled_in_and_private(settings: Settings) -> None:
    folder = write_rasa_files(settings)
    write_rasa_files(settings)  # again, over what is there
    endpoints = yaml.safe_load((folder / "endpoints.yml").read_text("utf-8"))
    credentials = yaml.safe_load((folder / "credentials.yml").read_text("utf-8"))
    assert endpoints["action_endpoint"]["url"] == f"{settings.internal_url}/webhook"
    assert settings.secrets.internal_secret in str(endpoints)
    assert settings.secrets.rasa_secret in str(credentials)
    ours = ["bot.rasa.connector.FairwayInput", "nlu.passage_channel.PassageChannel"]
    assert list(credentials) == ours
    assert {c["secret"] for c in credentials.values()} == {settings.secrets.rasa_secret}
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_several_rasas_share_trackers_locks_and_events(env: dict[str, str]) -> None:
    scaled = load_settings(
        env
        | {
            "FAIRWAY_DATABASE_URL": "postgresql+psycopg://me:it%40is@db/fairway",
            "FAIRWAY_REDIS_URL": "rediss://:pass@cache:6380/2",
            "FAIRWAY_AMQP_URL": "amqp://me:pass@broker",
        }
    )
    values = rasa_files.rasa_values(scaled)
    tracker, locks, events = (
        json.loads(values[f"FAIRWAY_RASA_{name}"])
        for name in ("TRACKER_STORE", "LOCK_STORE", "EVENT_BROKER")
    )
    assert tracker["url"].startswith("postgresql://me:it%40is@db/fairway?options=")
    assert "search_path" in tracker["url"] and "rasa" in tracker["url"]
    assert (locks["url"], locks["port"], locks["db"]) == ("cache", 6380, 2)
    assert locks["password"] == "pass" and locks["use_ssl"] is True
    assert events["type"] == "bot.rasa.event_broker.FairwayEvents"
    assert events["key"] == scaled.secrets.platform_key
    alone = rasa_files.rasa_values(load_settings(env))
    assert alone["FAIRWAY_RASA_LOCK_STORE"] == alone["FAIRWAY_RASA_EVENT_BROKER"] == "null"


def test_a_template_that_asks_for_the_unknown_is_named(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in rasa_files.FILES:
        (tmp_path / name).write_text("secret: $NO_SUCH_THING\n", "utf-8")
    monkeypatch.setattr(rasa_files, "TEMPLATES", tmp_path)
    with pytest.raises(BadFile, match=r"endpoints.yml: 'NO_SUCH_THING' cannot be filled in"):
        write_rasa_files(settings)


def test_a_wrong_setting_is_named(env: dict[str, str]) -> None:
    said = run(env | {"FAIRWAY_PORT": "eighty"}, "doctor")
    assert said.exit_code == 1
    assert "FAIRWAY_PORT='eighty' is not a port" in said.output


def test_up_without_a_model_says_what_to_run(env: dict[str, str]) -> None:
    said = run(env, "up", "--no-train")
    assert said.exit_code == 1
    assert "fairway train" in said.output


def test_up_names_the_file_that_is_broken(env: dict[str, str], tmp_path: Path) -> None:
    council = tmp_path / "council.yml"
    council.write_text('name: "A council"\nslug: [oops]\n', "utf-8")
    said = run(env | {"FAIRWAY_COUNCIL": str(council)}, "up", "--no-train")
    assert said.exit_code == 1
    assert f"{council}:2" in said.output


def test_up_names_the_port_that_is_taken(env: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = run(env | {"FAIRWAY_RASA_PORT": port}, "up", "--no-train")
    assert said.exit_code == 1
    assert f"Port {port}" in said.output and "FAIRWAY_RASA_PORT" in said.output


def test_up_takes_an_ipv6_address(env: dict[str, str]) -> None:
    said = run(env | {"FAIRWAY_HOST": "::1"}, "up", "--no-train")
    assert "cannot be used" not in said.output and "fairway train" in said.output


def test_up_names_the_port_that_is_taken_on_ipv6(env: dict[str, str]) -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as taken:
        port = str(taken.getsockname()[1])
        said = run(env | {"FAIRWAY_HOST": "::1", "FAIRWAY_PORT": port}, "up", "--no-train")
    assert f"Port {port}" in said.output and "FAIRWAY_PORT" in said.output


def test_up_sees_that_two_of_its_own_want_one_port(env: dict[str, str]) -> None:
    """Rasa is started here even where FAIRWAY_RASA_URL leads to it another way."""
    twice = env | {"FAIRWAY_RASA_URL": "http://proxy:5005"}
    twice["FAIRWAY_RASA_PORT"] = env["FAIRWAY_PORT"]
    said = run(twice, "up", "--no-train")
    assert said.exit_code == 1 and "FAIRWAY_RASA_PORT" in said.output


def test_up_refuses_a_model_that_was_changed_s2(env: dict[str, str], settings: Settings) -> None:
    models = settings.home / "models"
    models.mkdir()
    (models / "m.tar.gz").write_bytes(b"not what was trained")
    (models / "live.json").write_text('{"file": "m.tar.gz", "sha256": "00"}', "utf-8")
    for arguments in (("up", "--no-train"), ("up",), ("train",)):
        said = run(env, *arguments)
        assert said.exit_code == 1
        assert "not the one that was trained" in said.output


def test_doctor_says_what_is_missing_and_how_to_mend_it(
    env: dict[str, str], settings: Settings
) -> None:
    said = run(env, "doctor")
    assert said.exit_code == 1
    assert "✗ Model: There is no trained model yet" in said.output
    assert "To mend it: fairway train" in said.output
    assert f"Fairway is not running (port {settings.port} is free)" in said.output
    assert not (settings.home / "fairway.db").exists()


def test_doctor_tells_a_stranger_on_our_port(env: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = str(stranger.getsockname()[1])
        stranger.settimeout(0.1)
        said = run(env | {"FAIRWAY_RASA_PORT": port}, "doctor")
    assert f"✗ Rasa answers on port {port}" in said.output


def test_chat_and_sms_say_that_nothing_runs(env: dict[str, str]) -> None:
    for command in ("chat", "sms"):
        said = run(env, command, "--once", "hello")
        assert said.exit_code == 1
        assert "Start Fairway first: fairway up" in said.output


def test_a_user_is_added_listed_and_switched_off(env: dict[str, str]) -> None:
    added = run(env, "user", "add", "jones", "--role", "agent", "--team", "highways")
    assert added.exit_code == 0, added.output
    assert f"http://127.0.0.1:{env['FAIRWAY_PORT']}/sign-in/link/" in added.output
    assert "jones\tjones\tagent\thighways\ten\ton" in run(env, "user", "list").output
    assert "\toff" in run(env, "user", "off", "jones").output
    assert run(env, "user", "link", "nobody").exit_code == 1
