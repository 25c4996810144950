"""The plan of a site: what its file may say, and that it shows each charge point where it stands, as it is."""

from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from central.people.roles import OPERATOR
from central.people.sites import set_sites
from central.tests.site import Site
from central.tests.web.visits import Post
from central.web.ops.places import Place, parse_plan, read_plan
from central.web.ops.plan import SHAPES
from central.web.ops.words import POINT_STATES
from tools.stack.tokens import people_at


def test_places_are_read_in_per_cent() -> None:
    told = "cp_id,x,y\ncp_001, 0,100\n\ncp_002,33.5,12\n"
    assert parse_plan(told) == {"cp_001": Place(0, 100), "cp_002": Place(33.5, 12)}
    assert read_plan("") == {}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "line 1: expected cp_id,x,y"), ("x,y,cp_id\n", "line 1: expected"), ("cp_id,x,y\ncp_001,1\n", "line 2"),
        ("cp_id,x,y\ncp_001,left,2\n", "line 2: x: expected a number"), ("cp_id,x,y\ncp_001,1,101\n", "line 2: y"),
        ("cp_id,x,y\ncp_001,nan,1\n", "line 2: x"), ("cp_id,x,y\ncp_001,1,inf\n", "line 2: y"),
        ("cp_id,x,y\ncp 1,1,1\n", "line 2: cp_id"), ("cp_id,x,y\na,1,1\na,2,2\n", "line 3: cp_id: a has its place"),
    ],
)  # fmt: skip
def test_a_plan_that_is_wrong_says_where(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        parse_plan(text)


def test_a_file_that_is_none_or_too_big_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        read_plan(str(tmp_path / "none.csv"))
    big = tmp_path / "big.csv"
    big.write_bytes(b"cp_id,x,y\n" + b"\n" * 1_000_000)
    with pytest.raises(ValueError, match="bytes at most"):
        read_plan(str(big))


def test_each_look_has_its_shape() -> None:
    assert set(SHAPES) == {each.look for each in POINT_STATES.values()}
    assert len(set(SHAPES.values())) == len(SHAPES)


def test_the_overview_shows_where_each_stands_and_how_it_is(site: Site, phone: Page, tmp_path: Path) -> None:
    plan = tmp_path / "plan.csv"
    plan.write_text("cp_id,x,y\ncp_001,0,0\ncp_002,100,50\ncp_nowhere,1,1\n")
    site.api = site.process("api", SITE_PLAN=str(plan))
    site.start()
    posts = [Post.at(site, f"<b>{number}</b>", cp_id=f"cp_00{number}") for number in (1, 2)]
    token = site.token("olga", OPERATOR)
    phone.context.add_cookies([{"name": "wattline", "value": token, "url": site.api_url}])
    phone.goto(f"{site.api_url}/ops")
    rows = phone.locator("#plan li")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("cp_001 <b>1</b>")
    expect(phone.locator("#plan path.ready")).to_have_count(2)
    posts[1].fails()
    expect(rows.nth(1)).to_contain_text("Faulty")
    expect(phone.locator("#plan path.fault")).to_have_attribute("transform", "translate(336.0 120.0)")
    with people_at(site.people_file) as people, people.writer.begin() as connection:
        set_sites(connection, "olga", frozenset({"elsewhere"}))
    with httpx.Client(base_url=site.api_url, cookies={"wattline": token}) as client:
        assert "cp_001" not in client.get("/ops/plan").text
