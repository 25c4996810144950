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


def test_the_files_that_it_names_exist(compose: dict[str, Any]) -> None:
    assert (ROOT / "Dockerfile").is_file()
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            if volume.startswith("./"):
                assert (ROOT / volume.split(":")[0]).is_file(), volume
