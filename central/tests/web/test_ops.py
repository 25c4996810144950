"""An operator finds what is wrong, sees whom it stops, and mends it, by the pages alone."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from wire.frame import parse
from wire.kinds import COMMANDS

from central.people.roles import ADMIN, AUDITOR, OPERATOR
from central.tests.site import Site, sign_up
from central.tests.web.visits import Post
from tools.testing.browsers import PHONE
from tools.testing.deadlines import DEADLINE_S

MARKUP = "<img src=x onerror=alert(1)>"
Signed = Callable[..., Page]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Of a world that runs fast, so that much has flowed within a test."""
    own = Site(tmp_path, {"PLANT_SPEED": "3600"})
    yield own
    own.close()


@pytest.fixture
def signed(site: Site, browser: Browser) -> Iterator[Signed]:
    """A page of somebody with this role, in a browser of his own."""
    site.start()
    opened: list[BrowserContext] = []

    def sign(role: str = OPERATOR, name: str = "", scripts: bool = True) -> Page:
        context = browser.new_context(viewport=PHONE, has_touch=True, locale="en-GB", java_script_enabled=scripts)
        context.set_default_timeout(DEADLINE_S * 1_000)
        token = site.token(name or f"{role}-{len(opened)}", role)
        context.add_cookies([{"name": "wattline", "value": token, "url": site.api_url}])
        opened.append(context)
        return context.new_page()

    yield sign
    for context in opened:
        context.close()


def weld(post: Post) -> None:
    post.site.board_says("fault_notification", post.cp_id, id=post.cp_id, fault="weld", failure_info="weld")
    post.site.wait_for(lambda: post.status == "FAULTY", "the fault was folded")


def mended(post: Post) -> None:
    post.site.board_says("recovery_notification", post.cp_id, id=post.cp_id, fault="weld")
    post.site.wait_for(lambda: post.status == "ACTIVE", "the recovery was folded")


def answer_newest(post: Post, kind: str) -> None:
    """The board takes the newest command of this kind."""
    commands = [parse(record.value) for record in post.site.read(COMMANDS)]
    seq = max(int(str(each["seq"])) for each in commands if each["type"] == kind and each["cp_id"] == post.cp_id)
    post.site.board_says("command_response", post.cp_id, cp_id=post.cp_id, seq=seq, accepted=True)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_an_operator_finds_a_fault_sees_whom_it_stops_and_resets_it(site: Site, signed: Signed, scripts: bool) -> None:
    page = signed(scripts=scripts)
    post = Post.at(site)
    page.goto(f"{site.api_url}/ops")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nobody is stopped.")
    weld(post)
    if not scripts:
        page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 needs you")
    problem = page.locator(".problem-row")
    expect(problem).to_contain_text("The relay is welded")
    expect(problem).to_contain_text(f"Stops everybody at {post.cp_id}.")
    expect(problem).to_contain_text("Open the breaker")
    problem.get_by_role("link", name="Reset").click()
    page.get_by_label("Why?").fill("the electrician was here")
    page.get_by_role("button", name="Reset").click()
    page.wait_for_url(re.compile(rf"/ops/posts/{post.cp_id}\?asked="))
    outcome = page.locator(".note")
    expect(outcome).to_contain_text("Reset was sent. The board has not answered yet.")
    answer_newest(post, "reset_fault")
    mended(post)
    if not scripts:
        page.reload()
    expect(outcome).to_contain_text("The board has taken it.")
    expect(page.get_by_text("Nothing is wrong here.")).to_be_visible()
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nobody is stopped.")


def test_by_keyboard_alone(site: Site, signed: Signed) -> None:
    page = signed()
    post = Post.at(site)
    weld(post)
    page.goto(f"{site.api_url}/ops")

    def press_until(target: Locator) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if target.first.evaluate("it => it === document.activeElement"):
                return
        raise AssertionError(f"{target} is not reached by the keyboard")

    press_until(page.get_by_role("link", name="Reset", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Reset")
    press_until(page.get_by_label("Why?"))
    page.keyboard.type("seen to")
    press_until(page.get_by_role("button", name="Reset", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator(".note")).to_contain_text("Reset was sent.")


def test_stopping_service_names_whose_charge_it_ends_and_wants_a_reason(site: Site, signed: Signed) -> None:
    page = signed()
    post = Post.at(site)
    with site.client() as client:
        sign_up(client, f"Ada {MARKUP}")
        asked = client.post("/v1/charges", json={"message_id": "r1", "cp_id": post.cp_id}).json()
        post.begin(asked["session_id"])
        site.wait_for(lambda: client.get("/v1/charges/r1").json()["state"] == "in_progress", "it charges")
        post.tell(asked["session_id"], 410)
        site.wait_for(lambda: client.get("/v1/charges/r1").json()["energy_wh"] == 410, "it was told")
    page.goto(f"{site.api_url}/ops/posts/{post.cp_id}")
    page.get_by_role("link", name="Stop service").click()
    expect(page.locator("main")).to_contain_text(f"This ends Ada {MARKUP}'s charge (0.4 kWh so far), which is billed.")
    assert page.locator("main img").count() == 0
    page.evaluate("document.querySelector('textarea').required = false")
    page.get_by_role("button", name="Stop service").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why")
    page.get_by_label("Why?").fill("the cable is cut")
    page.get_by_role("button", name="Stop service").click()
    expect(page.locator(".note")).to_contain_text("Service is stopped.")
    expect(page.locator("#post")).to_contain_text("Out of service")


def test_an_auditor_sees_it_all_and_is_shown_no_button(site: Site, signed: Signed) -> None:
    page = signed(AUDITOR)
    post = Post.at(site)
    weld(post)
    page.goto(f"{site.api_url}/ops")
    expect(page.locator(".problem-row")).to_contain_text("The relay is welded")
    assert page.locator("main .button, main button").count() == 0
    page.goto(f"{site.api_url}/ops/posts/{post.cp_id}")
    expect(page.locator(".problem-row")).to_contain_text("The relay is welded")
    assert page.locator("main .button, main button").count() == 0


def test_what_is_posted_twice_is_done_once(site: Site, signed: Signed) -> None:
    page = signed(ADMIN)
    post = Post.at(site)
    page.goto(f"{site.api_url}/ops/posts/{post.cp_id}/reset")
    page.get_by_label("Why?").fill("twice")
    message_id = page.locator("[name=message_id]").input_value()
    form: dict[str, str | float | bool] = {"message_id": message_id, "reason": "twice"}
    headers = {"Origin": site.api_url}
    answers = [page.request.post(page.url, form=form, headers=headers, max_redirects=0) for _ in range(2)]
    assert [each.status for each in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    commands = [parse(record.value) for record in site.read(COMMANDS)]
    assert [each["type"] for each in commands if each["cp_id"] == post.cp_id].count("reset_fault") == 1


def test_markup_in_what_people_and_boards_say_is_shown_as_text(site: Site, signed: Signed) -> None:
    page = signed()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    post = Post.at(site, location=MARKUP)
    site.board_says("fault_notification", post.cp_id, id=post.cp_id, fault="other", failure_info=MARKUP)
    site.wait_for(lambda: post.status == "FAULTY", "the fault was folded")
    for path in ("/ops", f"/ops/posts/{post.cp_id}"):
        page.goto(f"{site.api_url}{path}")
        expect(page.locator("main")).to_contain_text(MARKUP)
        assert page.locator("main img").count() == 0
    assert errors == []
