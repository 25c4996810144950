"""docker-compose.yml against the compose specification's schema, and against what it promises."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(COMPOSE)  # pyright: ignore[reportUnknownMemberType] -- untyped
    return loaded


def test_it_follows_the_compose_specification() -> None:
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE)]
    run = subprocess.run(checker, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_service_has_a_health_check_and_is_no_root(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["healthcheck"]["test"], name
        assert not str(service["user"]).startswith(("0", "root")), name


def test_every_volume_is_named(compose: dict[str, Any]) -> None:
    mounted = [v for service in compose["services"].values() for v in service.get("volumes", [])]
    named = {v.split(":")[0] for v in mounted if not v.startswith("./")}
    assert named == set(compose["volumes"])


def test_the_api_is_published_on_loopback_alone(compose: dict[str, Any]) -> None:
    assert compose["services"]["central-api"]["ports"] == ["127.0.0.1:8080:8080"]


def test_services_start_after_what_they_need(compose: dict[str, Any]) -> None:
    needs = {name: set(service.get("depends_on", {})) for name, service in compose["services"].items()}
    assert needs["bridge"] == {"kafka", "mosquitto"}
    assert needs["central-worker"] == {"kafka"}
    assert needs["central-api"] == {"central-worker"}
    assert needs["central-insight"] == {"kafka"}
    assert needs["central-notify"] == {"kafka"}
    assert needs["central-homes"] == {"kafka", "mosquitto"}


def test_one_service_builds_the_image_and_the_others_never_pull_it(compose: dict[str, Any]) -> None:
    builders = {name for name, service in compose["services"].items() if "build" in service}
    assert builders == {"central-worker"}
    (built,) = {compose["services"][name]["image"] for name in builders}
    sharing = {name: service for name, service in compose["services"].items() if service["image"] == built}
    servers = {f"central-{name}" for name in ("worker", "api", "insight", "notify", "homes")}
    assert set(sharing) == {*servers, "bridge"}
    assert all(service["pull_policy"] == "never" for name, service in sharing.items() if name not in builders)


def test_health_checks_start_quickly_and_cost_little(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        check = service["healthcheck"]
        assert _seconds(check["start_interval"]) <= 2 < _seconds(check["start_period"]), name
        assert _seconds(check["interval"]) >= 30, name
        assert _seconds(check["timeout"]) < _seconds(check["interval"]), name
    assert "/opt/kafka/bin" not in str(compose["services"]["kafka"]["healthcheck"]), "a second Java for each question"


def _seconds(text: str) -> int:
    assert text.endswith("s")
    return int(text[:-1])


def test_logs_are_rotated(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert set(service["logging"]["options"]) == {"max-size", "max-file"}, name


def test_kafka_s_heap_has_a_bound(compose: dict[str, Any]) -> None:
    assert "-Xmx256m" in compose["services"]["kafka"]["environment"]["KAFKA_HEAP_OPTS"]


def test_the_files_that_it_names_exist(compose: dict[str, Any]) -> None:
    assert (ROOT / "Dockerfile").is_file()
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            if volume.startswith("./"):
                assert (ROOT / volume.split(":")[0]).is_file(), volume
