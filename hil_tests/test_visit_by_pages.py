"""By the pages alone, with a real board: a driver's visit, whose receipt is what the plant's register says; and an
operator who finds a fault, sees whom it stops, and resets it.
"""

import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from central.people.opening import FIRST_ADMIN
from hil_tests.whole_line import POWER_W, QUICK, SETTINGS, SPEED, Site, due_wh
from tools.stack.boards import ChargePoint, Design
from tools.stack.python_of_boards import interpreter
from tools.stack.stack import Stack
from tools.testing.browsers import ARGUMENTS, CHROMIUM, DESK, PHONE
from tools.testing.deadlines import DEADLINE_S

CP_ID = "cp_tcp"
SPACE = "\N{NO-BREAK SPACE}"

expect.set_options(timeout=DEADLINE_S * 1_000)


@pytest.fixture(scope="module")
def browser(missing: Callable[[str], NoReturn]) -> Iterator[Browser]:
    program = shutil.which(CHROMIUM)
    if program is None:
        missing(f"{CHROMIUM} (a browser, for pages)")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str], NoReturn]) -> Iterator[Site]:
    if interpreter().notice:
        missing("MicroPython's unix port")
    folder = tmp_path_factory.mktemp("visit")
    design = Design(CP_ID, "tcp", f"constant:{POWER_W}", SPEED, config=QUICK)
    with Stack(folder, [design], "embedded", SETTINGS) as stack:
        yield Site(stack, folder)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, has_touch=True, locale="en-GB")
    context.set_default_timeout(DEADLINE_S * 1_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=DESK, locale="en-GB")
    context.set_default_timeout(DEADLINE_S * 1_000)
    yield context.new_page()
    context.close()


def begin(site: Site, phone: Page, name: str) -> ChargePoint:
    """Somebody new comes, gives a name, and charges: some of it has flowed."""
    point = site.ready(CP_ID)
    phone.goto(f"{site.stack.api_url}/p/{CP_ID}")
    phone.get_by_label("I am new here: my name").fill(name)
    phone.get_by_role("button", name="Go on with this name").tap()
    phone.get_by_role("button", name="Start").tap()
    phone.wait_for_url("**/c/*")
    expect(phone.locator("#charge")).to_contain_text("The car is charging.")
    expect(phone.locator("#charge .huge")).not_to_have_text(f"0.0{SPACE}kWh")
    return point


def receipt_wh(phone: Page) -> Decimal:
    """What it says was charged."""
    told = phone.locator("#charge .lines div").filter(has_text="Energy").locator("dd").inner_text()
    return Decimal(told.removesuffix(f"{SPACE}kWh").replace(",", "")) * 1_000


def test_a_newcomer_charges_and_the_receipt_is_what_the_plant_saw(running: Site, phone: Page) -> None:
    point = begin(running, phone, "Ada")
    phone.get_by_role("button", name="Stop charging").tap()
    expect(phone.locator("#charge")).to_contain_text("You stopped the charge.")
    expect(phone.locator("#charge .lines")).to_be_visible()
    closure = point.plant.state()["sessions"][-1]
    assert receipt_wh(phone) == due_wh(closure, {"max_energy_wh": None})
    assert not point.plant.state()["relay"]
    phone.goto(f"{running.stack.api_url}/me")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Ada")
    expect(phone.locator(".list a.row")).to_have_count(1)


def test_an_operator_finds_a_fault_sees_whom_it_stops_and_resets_it(running: Site, phone: Page, desk: Page) -> None:
    desk.goto(f"{running.stack.api_url}/ops")
    desk.get_by_label("Name").fill(FIRST_ADMIN)
    desk.get_by_label("Password").fill(running.stack.admin_password)
    desk.get_by_role("button", name="Sign in").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Nobody is stopped.")
    point = begin(running, phone, "Grace")
    point.plant.ask(do="fault", fault="emergency_stop", on=True)
    expect(desk.get_by_role("heading", level=1)).to_have_text("1 needs you")
    problem = desk.locator(".problem-row")
    expect(problem).to_contain_text("The emergency stop is pressed")
    expect(problem).to_contain_text(f"Stops everybody at {CP_ID}")
    expect(phone.locator("#charge")).to_contain_text("The charge point switched off because of a fault.")
    expect(phone.locator("#charge .lines")).to_be_visible()
    assert receipt_wh(phone) == due_wh(point.plant.state()["sessions"][-1], {"max_energy_wh": None})
    point.plant.ask(do="fault", fault="emergency_stop", on=False)  # somebody releases the button
    problem.get_by_role("link", name="Reset").click()
    desk.get_by_label("Why?").fill("looked at it, all is well")
    desk.get_by_role("button", name="Reset").click()
    expect(desk.locator(".note")).to_contain_text("The board has taken it.")
    expect(desk.get_by_text("Nothing is wrong here.")).to_be_visible()
    desk.get_by_role("link", name="Overview").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Nobody is stopped.")
