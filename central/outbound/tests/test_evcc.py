"""evcc's calls, by the very addresses, headers, jq paths and payloads that docs/homes.md gives to whoever sets it up.

A fake of evcc: it fills in its templates, asks, and picks each value by jq, as evcc's plugins do.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest
import yaml

from central.tests.site import Site, sign_up
from central.tests.web.visits import Post
from tools.testing.deadlines import DEADLINE_S

PAGE = Path(__file__).parents[3] / "docs" / "homes.md"


class Evcc:
    def __init__(self, site: Site, cp_id: str, token: str) -> None:
        (block,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
        text = block.replace("http://127.0.0.1:8080", site.api_url).replace("TOKEN", token).replace("cp_001", cp_id)
        (self._charger,) = yaml.safe_load(text)["chargers"]

    def read(self, what: str) -> Any:
        plugin = self._charger[what]
        answer = httpx.get(plugin["uri"], headers=_headers(plugin), timeout=DEADLINE_S).raise_for_status()
        command = ["jq", "-c", plugin["jq"]]
        picked = subprocess.run(command, input=answer.text, capture_output=True, text=True, check=True)
        return json.loads(picked.stdout)

    def enable(self, on: bool) -> httpx.Response:
        plugin = self._charger["enable"]
        body = plugin["body"].replace("{{.enable}}", "true" if on else "false")  # as Go's templates write a bool
        assert "{{" not in body
        return httpx.request(
            plugin["method"], plugin["uri"], content=body, headers=_headers(plugin), timeout=DEADLINE_S
        )


def _headers(plugin: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for each in plugin["headers"] for name, value in each.items()}


@pytest.fixture
def site(tmp_path: Path, missing: Callable[[str], NoReturn]) -> Iterator[Site]:
    if shutil.which("jq") is None:
        missing("jq (on Debian: apt install jq)")
    own = Site(tmp_path)
    own.start()
    yield own
    own.close()


def test_evcc_sees_the_car_starts_its_charge_and_ends_it(site: Site) -> None:
    post = Post.at(site)
    with site.client() as client:
        sign_up(client)
        evcc = Evcc(site, post.cp_id, client.headers["authorization"].removeprefix("Bearer "))
        site.wait_for(lambda: evcc.read("energy") == 1, "the register")
        _car(site, post, "absent")
        site.wait_for(lambda: evcc.read("status") == "A", "no car")
        _car(site, post, "present")
        site.wait_for(lambda: evcc.read("status") == "B", "a car")
        assert (evcc.read("enabled"), evcc.read("power")) == (False, 0)
        for _ in range(2):
            assert evcc.enable(on=True).is_success
        assert evcc.read("enabled") is True
        session = client.get(f"/v1/charge-points/{post.cp_id}/charging").json()["charge"]["session_id"]
        post.begin(session)
        post.tell(session, 2_500, 7_400)
        site.wait_for(lambda: evcc.read("status") == "C", "energy flows")
        assert (evcc.read("power"), evcc.read("energy")) == (7_400, 3.5)
        for _ in range(2):
            assert evcc.enable(on=False).is_success
        assert evcc.read("enabled") is False
        assert evcc.enable(on=True).json()["code"] == "stopping"
        post.end(session)
        site.wait_for(lambda: evcc.read("status") == "B", "it has ended")
        assert (evcc.read("enabled"), evcc.read("power")) == (False, 0)


def _car(site: Site, post: Post, vehicle: str) -> None:
    site.board_says("status_notification", post.cp_id, cp_id=post.cp_id, state="idle", vehicle=vehicle)
