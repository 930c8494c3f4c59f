"""S1: in containers too, Rasa and the action server cannot be reached from outside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from channels.settings import SETTINGS

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def dockerfile(service: dict[str, Any]) -> str:
    return (ROOT / service["build"]["dockerfile"]).read_text("utf-8")


def test_s1_only_the_public_listener_is_published() -> None:
    published = {name: service.get("ports") for name, service in SERVICES.items()}
    assert {name: ports for name, ports in published.items() if ports} == {
        "fairway": ["127.0.0.1:8000:8000"]
    }
    assert not any("network_mode" in s and s["network_mode"] != "none" for s in SERVICES.values())


def test_s1_rasa_is_on_the_internal_network_only() -> None:
    assert COMPOSE["networks"]["private"]["internal"] is True
    assert SERVICES["rasa"]["networks"] == ["private"]


def test_s1_the_action_server_listens_on_the_internal_network_only() -> None:
    fairway = SERVICES["fairway"]
    address = fairway["networks"]["private"]["ipv4_address"]
    assert fairway["environment"]["FAIRWAY_INTERNAL_HOST"] == address


def test_s1_rasa_never_has_its_own_api() -> None:
    places = [ROOT / "docker-compose.yml", ROOT / "bot/rasa/start.py"]
    places += (ROOT / "deploy").glob("Dockerfile.*")
    for place in places:
        assert "--enable-api" not in place.read_text("utf-8"), place


def test_every_container_is_unprivileged_with_a_read_only_root() -> None:
    for name, service in SERVICES.items():
        assert service["user"] == "10001:10001", name
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_every_image_has_a_user_and_a_health_check() -> None:
    for name, service in SERVICES.items():
        text = dockerfile(service)
        assert "\nUSER 10001:10001\n" in text, name
        assert "\nHEALTHCHECK " in text, name
        assert "--require-hashes" in text, name


def test_images_copy_only_what_exists() -> None:
    for service in SERVICES.values():
        for line in dockerfile(service).splitlines():
            if line.startswith("COPY ") and "--from" not in line:
                for source in line.split()[1:-1]:
                    assert (ROOT / source).exists(), line


def test_every_environment_name_is_a_setting() -> None:
    known = {setting.name for setting in SETTINGS}
    for name, service in SERVICES.items():
        assert set(service.get("environment", {})) <= known, name
