"""S1: in containers too, Rasa and the action server cannot be reached from outside."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import yaml

from channels.settings import SETTINGS
from scripts.find_haproxy import find_haproxy

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
BUILT = {name: service for name, service in SERVICES.items() if "build" in service}


def dockerfile(service: dict[str, Any]) -> str:
    return (ROOT / service["build"]["dockerfile"]).read_text("utf-8")


def test_s1_only_the_public_listener_is_published() -> None:
    published = {name: service.get("ports") for name, service in SERVICES.items()}
    assert {name: ports for name, ports in published.items() if ports} == {
        "fairway": ["127.0.0.1:8000:8000"],
        "proxy": ["127.0.0.1:8000:8000"],  # of the profile scale, in its place
    }
    assert not any("network_mode" in s and s["network_mode"] != "none" for s in SERVICES.values())


def test_s1_rasa_is_on_the_internal_network_only() -> None:
    assert COMPOSE["networks"]["private"]["internal"] is True
    for name in ("rasa", "rasa-scaled", "postgres", "redis", "rabbitmq"):
        assert SERVICES[name]["networks"] == ["private"], name


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
        ours = "build" in service or name == "proxy"
        assert service["user"] == "10001:10001" if ours else service["user"][0] != "0", name
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_every_image_has_a_user_and_a_health_check() -> None:
    for name, service in BUILT.items():
        text = dockerfile(service)
        assert "\nUSER 10001:10001\n" in text, name
        assert "\nHEALTHCHECK " in text, name
        assert "--require-hashes" in text, name


def test_images_copy_only_what_exists() -> None:
    for service in BUILT.values():
        for line in dockerfile(service).splitlines():
            if line.startswith("COPY ") and "--from" not in line:
                for source in line.split()[1:-1]:
                    assert (ROOT / source).exists(), line


def test_every_environment_name_is_a_setting() -> None:
    known = {setting.name for setting in SETTINGS}
    for name, service in BUILT.items():
        assert set(service.get("environment", {})) <= known, name


def test_the_proxys_configurations_are_right_and_say_the_same() -> None:
    own = (ROOT / "deploy/haproxy-compose.cfg").read_text("utf-8")
    template = (ROOT / "deploy/haproxy.cfg").read_text("utf-8")
    checked = subprocess.run(
        [find_haproxy(), "-c", "-f", ROOT / "deploy/haproxy-compose.cfg"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr
    for line in template.splitlines():
        said = line.strip()
        if said.startswith(("timeout", "http-request", "retry-on", "option", "use_backend")):
            assert said in own, said


def test_the_profile_scale_leaves_the_usual_pair_alone() -> None:
    scaled = {name for name, service in SERVICES.items() if service.get("profiles") == ["scale"]}
    assert set(SERVICES) - scaled == {"prepare", "train", "rasa", "fairway"}
    assert set(SERVICES["proxy"]["depends_on"]) == {"fairway-scaled", "rasa-scaled"}
