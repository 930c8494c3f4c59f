"""The Kubernetes manifests: right by their schemas, and as closed as the containers are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from channels.settings import SETTINGS

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "deploy" / "kubernetes").glob("*.yml"))
OBJECTS: list[dict[str, Any]] = [
    found for path in FILES for found in yaml.safe_load_all(path.read_text("utf-8"))
]
VERSIONS = ("1.31", kubernetes_validate.latest_version())


def named(kind: str) -> dict[str, dict[str, Any]]:
    return {o["metadata"]["name"]: o for o in OBJECTS if o["kind"] == kind}


def pods() -> dict[str, dict[str, Any]]:
    return {
        name: made["spec"]["template"]["spec"]
        for kind in ("Deployment", "Job")
        for name, made in named(kind).items()
    }


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "made", OBJECTS, ids=lambda made: f"{made['kind']} {made['metadata']['name']}"
)
def test_every_object_is_right_by_its_schema(made: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(made, version, strict=True)


def test_s1_nothing_but_the_public_side_has_a_way_in_from_outside() -> None:
    services = named("Service")
    assert all(s["spec"].get("type", "ClusterIP") == "ClusterIP" for s in services.values())
    (ingress,) = named("Ingress").values()
    backends = [
        path["backend"]["service"]
        for rule in ingress["spec"]["rules"]
        for path in rule["http"]["paths"]
    ]
    assert backends == [{"name": "fairway", "port": {"name": "public"}}]


def test_s1_everything_is_closed_and_then_opened_one_by_one() -> None:
    policies = named("NetworkPolicy")
    assert policies["nobody"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress"]}
    (to_rasa,) = policies["rasa"]["spec"]["ingress"]
    assert to_rasa["from"] == [{"podSelector": {"matchLabels": {"app": "fairway"}}}]
    outside = policies["fairway"]["spec"]["ingress"][0]
    assert outside["ports"] == [{"port": "public"}]


def test_every_pod_is_unprivileged_with_a_read_only_root() -> None:
    for name, pod in pods().items():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["automountServiceAccountToken"] is False, name
        for container in pod["containers"]:
            locked = container["securityContext"]
            assert locked["readOnlyRootFilesystem"] is True, name
            assert locked["allowPrivilegeEscalation"] is False, name
            assert locked["capabilities"] == {"drop": ["ALL"]}, name
            assert container["resources"]["limits"]["memory"], name
            assert "--enable-api" not in container.get("args", []), name


def test_every_server_has_its_probes_and_time_to_finish() -> None:
    for name, made in named("Deployment").items():
        pod = made["spec"]["template"]["spec"]
        assert made["spec"]["replicas"] >= 2, name
        assert pod["terminationGracePeriodSeconds"] >= 15, name
        for container in pod["containers"]:
            assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container), name
            assert container["lifecycle"]["preStop"], name


def test_every_environment_name_is_a_setting_and_addresses_come_from_a_secret() -> None:
    known = {setting.name for setting in SETTINGS}
    held = set(named("ConfigMap")["fairway"]["data"])
    secret = set(named("Secret")["fairway-addresses"]["stringData"])
    assert held | secret <= known
    assert {"FAIRWAY_DATABASE_URL", "FAIRWAY_REDIS_URL", "FAIRWAY_AMQP_URL"} == secret
    for name, pod in pods().items():
        for container in pod["containers"]:
            assert {e["name"] for e in container.get("env", [])} <= known, name
