"""The environment, read in one place, with errors that name the variable."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import pytest

from channels.settings import SETTINGS, BadSetting, load_settings


def test_nothing_need_be_set(tmp_path):
    settings = load_settings({"FAIRWAY_HOME": str(tmp_path)})
    assert settings.port == 8000 and settings.public_url == "http://127.0.0.1:8000"
    assert settings.database_url.startswith("sqlite:///") and not settings.secure


def test_secrets_are_made_once_long_and_private(tmp_path):
    first = load_settings({"FAIRWAY_HOME": str(tmp_path)}).secrets
    again = load_settings({"FAIRWAY_HOME": str(tmp_path)}).secrets
    assert first == again
    assert all(len(value) >= 43 for value in vars(first).values())
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FAIRWAY_PORT", "eighty"),
        ("FAIRWAY_PORT", "70000"),
        ("FAIRWAY_RASA_TIMEOUT", "0"),
        ("FAIRWAY_SMS_PROVIDER", "pigeon"),
        ("FAIRWAY_PROT", "8000"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, name, value):
    with pytest.raises(BadSetting, match=name):
        load_settings({"FAIRWAY_HOME": str(tmp_path), name: value})


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("FAIRWAY_PORT", "FAIRWAY_INTERNAL_PORT"),
        ("FAIRWAY_PORT", "FAIRWAY_RASA_PORT"),
        ("FAIRWAY_INTERNAL_PORT", "FAIRWAY_RASA_PORT"),
    ],
)
def test_one_port_is_not_for_two(tmp_path, first, second):
    env = {"FAIRWAY_HOME": str(tmp_path), first: "7000", second: "7000"}
    with pytest.raises(BadSetting, match=f"{first} and {second} are both 7000"):
        load_settings(env)


def test_a_port_is_free_for_us_where_rasa_runs_elsewhere(tmp_path):
    env = {"FAIRWAY_PORT": "5005", "FAIRWAY_RASA_URL": "http://rasa:5005"}
    assert load_settings({"FAIRWAY_HOME": str(tmp_path), **env}).port == 5005


def test_an_ipv6_address_has_brackets_in_every_url(tmp_path):
    env = {"FAIRWAY_HOST": "::1", "FAIRWAY_INTERNAL_HOST": "::1"}
    settings = load_settings({"FAIRWAY_HOME": str(tmp_path), **env})
    assert settings.public_url == settings.near_url == "http://[::1]:8000"
    assert settings.internal_url == "http://[::1]:8010"


@pytest.mark.parametrize("url", ["council.gov.uk", "ftp://council.gov.uk", "//council.gov.uk"])
def test_citizens_get_a_whole_address(tmp_path, url):
    with pytest.raises(BadSetting, match="FAIRWAY_PUBLIC_URL: .* https:// or http://"):
        load_settings({"FAIRWAY_HOME": str(tmp_path), "FAIRWAY_PUBLIC_URL": url})


def test_other_programs_variables_are_left_alone(tmp_path):
    load_settings({"FAIRWAY_HOME": str(tmp_path), "PORT": "x", "PATH": "y"})


def test_every_setting_has_a_name_and_a_meaning():
    assert len({doc.name for doc in SETTINGS}) == len(SETTINGS)
    assert all(doc.meaning for doc in SETTINGS)


def test_processes_that_start_at_once_agree_on_the_secrets(tmp_path):
    with ProcessPoolExecutor(4) as pool:
        made = set(pool.map(_secrets_in, [str(tmp_path)] * 12))
    assert len(made) == 1


def test_a_secret_that_is_new_is_added_and_the_others_stay(tmp_path):
    first = load_settings({"FAIRWAY_HOME": str(tmp_path)}).secrets
    path = tmp_path / "secrets.json"
    held = json.loads(path.read_text())
    del held["platform_key"]
    path.write_text(json.dumps(held))
    second = load_settings({"FAIRWAY_HOME": str(tmp_path)}).secrets
    assert second.platform_key != first.platform_key
    assert replace(second, platform_key=first.platform_key) == first


def _secrets_in(home: str) -> str:
    return repr(load_settings({"FAIRWAY_HOME": home}).secrets)
