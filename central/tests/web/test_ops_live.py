"""The overview moves by itself: nothing jumps, the keyboard stays where it is, and what is old says so."""

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from central.people.roles import OPERATOR
from central.tests.site import Site
from central.tests.web.visits import Post
from central.tests.web.worlds import Driver


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """One whose API is found at the same address after it was started anew."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    own = Site(tmp_path, {"API_ADDRESS": f"127.0.0.1:{port}"})
    own.start()
    yield own
    own.close()


def look(site: Site, page: Page) -> None:
    page.context.add_cookies([{"name": "wattline", "value": site.token("olga", OPERATOR), "url": site.api_url}])
    page.goto(f"{site.api_url}/ops")


def say_fault(post: Post) -> None:
    post.site.board_says("fault_notification", post.cp_id, id=post.cp_id, fault="weld", failure_info="weld")


def test_cards_keep_their_place_and_the_keyboard_stays(site: Site, phone: Page) -> None:
    posts = sorted((Post.at(site) for _ in range(3)), key=lambda each: each.cp_id)
    names = [each.cp_id for each in posts]
    look(site, phone)
    cards = phone.locator(".post b")
    expect(cards).to_have_text(names)
    link = phone.locator(f"[id='post.{names[1]}'] a")
    link.focus()
    say_fault(posts[2])
    expect(phone.get_by_role("heading", level=1)).to_have_text("1 needs you")
    expect(cards).to_have_text(names)
    expect(link).to_be_focused()


def test_a_post_s_power_and_current_are_drawn_as_they_come(site: Site, phone: Page) -> None:
    post = Post.at(site)
    look(site, phone)
    phone.goto(f"{site.api_url}/ops/posts/{post.cp_id}")
    curve = phone.locator("#live-curve")
    expect(curve).to_be_hidden()  # nothing has come yet
    with closing(Driver(site, "Ada")) as driver:
        driver.charge(post, 100)
    expect(curve).to_be_visible()
    expect(curve.locator("canvas")).to_have_count(1)
    expect(curve).to_contain_text("current in A")


def test_a_server_that_is_gone_is_said_and_made_up_for_when_it_is_back(site: Site, phone: Page) -> None:
    post = Post.at(site)
    look(site, phone)
    note = phone.locator("[data-stale-note]")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Nobody is stopped.")
    site.api.stop()
    expect(note).to_contain_text("The connection is gone; trying again.")
    say_fault(post)
    site.start(site.api)
    expect(phone.get_by_role("heading", level=1)).to_have_text("1 needs you")
    expect(note).to_be_hidden()
