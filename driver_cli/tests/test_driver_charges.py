"""From the command to the receipt and back, on the whole line."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable

import httpx

from driver_cli.tests.bad_line import BadLine, Loses
from driver_cli.tests.canned import Serve, json_answer
from driver_cli.tests.homes import ROOT, Home, ended, lines_of_json
from driver_cli.tests.slow_motion import in_slow_motion
from tools.services.process import wait_for
from tools.stack.stack import Stack
from tools.testing.deadlines import DEADLINE_S

SHORT = ("--kwh", "0.1")  # about a second
MakeLine = Callable[[Loses], BadLine]


def running(home: Home) -> bool:
    return any(each["state"] == "in_progress" for each in home.charges())


def killed_while(home: Home, line: BadLine, cp_id: str) -> None:
    """A charge whose command dies when its line has lost something."""
    process = home.start("charge", cp_id, *SHORT, api_url=line.url)
    assert line.suffered.wait(DEADLINE_S)
    process.kill()
    ended(process)


def left_running(home: Home, cp_id: str = "cp_001") -> subprocess.CompletedProcess[str]:
    """A charge whose command was told by Ctrl-C, where nobody can answer its question."""
    process = home.start("charge", cp_id)  # without a limit, so that nothing but a stop ends it
    wait_for(lambda: running(home), DEADLINE_S, "energy flows")
    process.send_signal(signal.SIGINT)
    return ended(process)


def test_a_charge_is_followed_to_its_receipt(home: Home):
    done = home.run("charge", "cp_001", *SHORT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("cp_001 · 0.2000 EUR/kWh\n")
    assert "cp_001 charging" in done.stdout
    assert all("kWh" not in line for line in done.stdout.splitlines() if "waiting for" in line)
    receipt = home.json("receipt")
    assert receipt["reason"] == "limit"
    for told in (receipt["session_id"], home.driver, "0.2000 EUR/kWh", "the limit was reached", "register at end"):
        assert told in done.stdout
    assert f"{receipt['energy_wh'] / 1000:.3f} kWh" in done.stdout
    assert f"{receipt['cost_minor'] / 100:.2f} EUR" in done.stdout
    assert home.requests() == []


def test_json_tells_every_state_and_last_the_receipt(home: Home):
    done = home.run("--json", "charge", "cp_001", "--money", "0.05")
    assert (done.returncode, done.stderr) == (0, "")
    *states, receipt = lines_of_json(done.stdout)
    assert states[-1]["state"] == "completed"
    assert {each["message_id"] for each in states} == {receipt["message_id"]}
    seen = [each["state"] for each in states]
    order = ["pending", "requested", "authorized", "in_progress", "completed"]
    assert [order.index(each) for each in seen] == sorted(order.index(each) for each in seen)
    assert receipt["cost_minor"] == 5
    for name in (receipt["session_id"], receipt["session_id"][:8], receipt["message_id"], "cp_001"):
        assert home.json("receipt", name) == receipt
    assert home.json("history") == {"charges": [states[-1]]} == {"charges": home.charges()}
    shown = home.run("history", "--limit", "1").stdout
    assert receipt["session_id"][:8] in shown
    assert "0.05 EUR" in shown


def test_receipt_has_driver_limit_and_duration(home: Home):
    done = home.run("charge", "cp_001", *SHORT, "--money", "100")
    assert done.returncode == 0, done.stderr
    rows = [line.strip("│ ").split("  ", 1) for line in done.stdout.splitlines() if line.startswith("│")]
    receipt = {name: value.strip() for name, value in rows}
    assert (receipt["driver"].endswith(f"({home.driver})"), receipt["limit"][:9]) == (True, "0.100 kWh")
    assert receipt["duration"].startswith("0:0")


def test_driver_hears_which_fault_ended_the_charge(home: Home, stack: Stack):
    plant = stack.charge_points["cp_001"].plant
    process = home.start("charge", "cp_001")
    wait_for(lambda: running(home), DEADLINE_S, "energy flows")
    plant.ask(do="fault", fault="over_temperature", on=True)
    try:
        done = ended(process)
    finally:
        plant.ask(do="fault", fault="over_temperature", on=False)
    assert done.returncode == 0, done.stderr
    for told in (done.stdout, home.run("receipt").stdout):
        assert "ended by a fault of the charge point: 71 degrees Celsius" in told
    wait_for(lambda: stack.get("/v1/charge-points/cp_001")["status"] == "ACTIVE", DEADLINE_S, "it has cooled down")


def test_list_shows_the_price(home: Home):
    listed = home.json("list")["charge_points"]
    assert [(each["cp_id"], each["price_per_kwh"]) for each in listed] == [("cp_001", "0.2000"), ("cp_002", "0.2000")]
    assert "0.2000 EUR" in home.run("list").stdout


def test_registering_again_where_wattline_was_set_up_anew_makes_the_driver_known_there(home: Home, serve: Serve):
    first = json_answer("201 Created", '{"driver_id": "drv_1", "username": "Ana", "created_at": null}')
    moved = Home(home.folder / "other", serve(first).url)
    moved.json("register", "Ana")
    message_id = moved.state()["driver"]["message_id"]
    moved.api_url = home.api_url  # which has never heard of Ana
    assert moved.run("--driver", "drv_1", "charge", "cp_001").returncode == 4
    registered = moved.json("register", "Ana")
    assert moved.state()["driver"] == {
        "driver_id": registered["driver_id"], "username": "Ana", "message_id": message_id,
    }
    done = moved.run("charge", "cp_001", *SHORT)
    assert done.returncode == 0, done.stderr


def test_registering_again_is_the_same_driver(home: Home):
    first = home.json("register", "Somebody", "--another")
    again = home.json("register", "Somebody")
    other = home.run("register", "Nobody")
    assert (again["username"], again["driver_id"], other.returncode) == ("Somebody", first["driver_id"], 1)
    assert "--another" in other.stderr


def test_interrupted_where_nobody_can_answer_is_left_running_and_taken_up(home: Home):
    left = left_running(home)
    assert left.returncode == 130
    assert "left running; `wattline charge cp_001` follows it again" in left.stderr
    elsewhere = home.run("charge", "cp_002")
    assert elsewhere.returncode == 1
    assert "your charge at cp_001 is still running" in elsewhere.stderr
    again = home.start("--json", "charge", "cp_001", "--kwh", "1")
    assert again.stdout is not None
    assert json.loads(again.stdout.readline())["state"] == "in_progress"  # it follows the charge before that is stopped
    stopped = home.run("stop")
    assert stopped.returncode == 0, stopped.stderr
    taken_up = ended(again)
    assert taken_up.returncode == 0, taken_up.stderr
    assert "taking up your running charge at cp_001" in taken_up.stderr
    assert "--kwh 1 is not used" in taken_up.stderr
    receipt = lines_of_json(taken_up.stdout)[-1]
    assert receipt["reason"] == "driver"
    assert receipt["session_id"] in stopped.stdout
    assert [each["state"] for each in home.charges()] == ["refused", "completed"]


def test_terminated_command_leaves_the_charge_running(home: Home):
    process = home.start("charge", "cp_001")
    wait_for(lambda: running(home), DEADLINE_S, "energy flows")
    process.send_signal(signal.SIGTERM)
    left = ended(process)
    assert left.returncode == 143
    assert "the charge runs on: `wattline charge cp_001`" in left.stderr
    assert running(home)
    receipt = home.json("stop", "cp_001")
    assert receipt["reason"] == "driver"


def test_killed_before_the_request_arrived_asks_again_under_the_same_id(home: Home, bad_line: MakeLine):
    killed_while(home, bad_line(Loses.QUESTION), "cp_001")
    (request,) = home.requests()
    assert home.charges() == []
    other = home.run("charge", "cp_001", "--kwh", "2")
    assert other.returncode == 2
    assert "`wattline charge cp_001 --kwh 0.1`" in other.stderr
    stop = home.run("stop")
    assert stop.returncode == 1
    assert "has no answer yet, and Wattline does not know it" in stop.stderr
    again = home.run("--json", "charge", "cp_001", *SHORT)
    assert again.returncode == 0, again.stderr
    assert "asking again under the same id" in again.stderr
    assert lines_of_json(again.stdout)[-1]["message_id"] == request["message_id"]
    assert [each["message_id"] for each in home.charges()] == [request["message_id"]]
    assert home.requests() == []


def test_lost_answer_is_asked_for_again_and_charges_once(home: Home, bad_line: MakeLine):
    line = bad_line(Loses.ANSWER)
    done = home.run("--json", "charge", "cp_001", *SHORT, api_url=line.url)
    assert line.suffered.is_set()
    assert done.returncode == 0, done.stderr
    assert "broke off before it had answered; trying again" in done.stderr
    assert len(home.charges()) == 1


def test_killed_before_the_answer_arrived_takes_up_what_came_of_it(home: Home, bad_line: MakeLine, stack: Stack):
    killed_while(home, bad_line(Loses.ANSWER), "cp_001")
    wait_for(lambda: [each["state"] for each in home.charges()] == ["completed"], DEADLINE_S, "it ends unwatched")
    (request,) = home.requests()
    again = home.run("--json", "charge", "cp_001", *SHORT)
    assert again.returncode == 0
    assert "that request was carried out" in again.stderr
    assert lines_of_json(again.stdout)[-1]["message_id"] == request["message_id"]
    assert len(home.charges()) == 1
    assert home.requests() == []


def test_other_limits_begin_anew_once_the_request_is_known_to_be_answered(home: Home, bad_line: MakeLine):
    killed_while(home, bad_line(Loses.ANSWER), "cp_001")
    wait_for(lambda: [each["state"] for each in home.charges()] == ["completed"], DEADLINE_S, "it ends unwatched")
    other = home.run("charge", "cp_001", "--kwh", "0.05")
    assert other.returncode == 0, other.stderr
    assert "your last request at cp_001 was carried out" in other.stderr
    assert [each["state"] for each in home.charges()] == ["completed", "completed"]
    assert home.requests() == []


def test_dearer_price_is_refused_and_told(home: Home, bad_line: MakeLine, stack: Stack):
    killed_while(home, bad_line(Loses.QUESTION), "cp_002")
    set_price(stack, "cp_002", "0.30")
    try:
        refused = home.run("charge", "cp_002", *SHORT)
        assert refused.returncode == 1
        assert "the price at cp_002 is 0.3000 EUR/kWh now, more than was shown" in refused.stderr
        assert home.requests() == []
        receipt = lines_of_json(home.run("--json", "charge", "cp_002", *SHORT).stdout)[-1]
        assert receipt["price_per_kwh"] == "0.3000"
    finally:
        set_price(stack, "cp_002", "0.20")


def set_price(stack: Stack, cp_id: str, price: str) -> None:
    environment = {**os.environ, **stack.settings_of_central(), "PYTHONPATH": f"{ROOT}:{ROOT / 'firmware'}"}
    command = [sys.executable, "-m", "central.operate.main", "price", cp_id, price]
    done = subprocess.run(
        command, env=environment, cwd=stack.folder, check=False, capture_output=True, text=True, timeout=DEADLINE_S
    )
    assert done.returncode == 0, done.stderr
    shown = f"{float(price):.4f}"
    wait_for(lambda: stack.get(f"/v1/charge-points/{cp_id}")["price_per_kwh"] == shown, DEADLINE_S, "the new price")


def test_worker_that_is_away_is_waited_for_and_asked_again_under_the_same_id(home: Home, stack: Stack):
    stack.worker.kill()
    try:
        gave_up = home.run("charge", "cp_001", *SHORT, "--wait", "1")
        assert gave_up.returncode == 3
        assert "no answer to your request within 1 s; it is kept" in gave_up.stderr
        (request,) = home.requests()
        stack.api.kill()
        stack.api.start()
        stack.api.wait_ready(lambda: answers(stack), DEADLINE_S)
        process = home.start("--json", "charge", "cp_001", *SHORT)
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["state"] == "pending"
    finally:
        stack.worker.start()
    done = ended(process)
    assert done.returncode == 0, done.stderr
    assert lines_of_json(done.stdout)[-1]["message_id"] == request["message_id"]
    assert [each["message_id"] for each in home.charges()] == [request["message_id"]]


def answers(stack: Stack) -> bool:
    try:
        return bool(stack.get("/health"))
    except httpx.HTTPError:
        return False


def test_next_charge_waits_for_the_relay_s_pause_and_history_leaves_the_refusals_out(home: Home, stack: Stack):
    with in_slow_motion(stack, "cp_001"):
        first, second = (home.run("charge", "cp_001", "--kwh", "0.003", "--wait", f"{DEADLINE_S:g}") for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0), second.stderr
    assert "the last charge is just ending; asking cp_001 again until it has" in second.stderr
    shown, everything = home.json("history")["charges"], home.json("history", "--all")["charges"]
    assert [each["state"] for each in shown] == ["completed", "completed"]
    refused = [(each["state"], each["reason"]) for each in everything if each not in shown]
    assert set(refused) == {("failed", "pause")}
    assert len(home.json("history", "--limit", "1")["charges"]) == 1


def test_api_that_dies_in_mid_charge_is_connected_to_again(home: Home, stack: Stack):
    with in_slow_motion(stack, "cp_001"):
        process = home.start("charge", "cp_001", *SHORT)
        wait_for(lambda: running(home), DEADLINE_S, "energy flows")
        stack.api.kill()
        assert process.stderr is not None
        told = process.stderr.readline()
        stack.api.start()
    assert "connecting again" in told
    done = ended(process)
    assert done.returncode == 0
    assert "the limit was reached" in done.stdout


REFUSALS = (
    (["charge", "cp_009"], 1, "there is no charge point cp_009; `wattline list`"),
    (["--driver", "drv_nobody", "charge", "cp_001"], 4, "you are not signed in here; `wattline login`"),
    (["stop"], 1, "nothing to stop: no charge of yours is running"),
    (["stop", "cp_001"], 1, "nothing to stop: no charge at or named cp_001 is running"),
    (["receipt"], 1, "no charge of yours has a receipt yet"),
    (["receipt", "5f3c01aa"], 1, "no charge of yours is named 5f3c01aa"),
    (["receipt", "5f3c01aa-1111-4222-8333-444444444444"], 1, "no charge of yours is named"),
)


def test_what_is_refused_says_what_to_do(home: Home):
    for arguments, code, told in REFUSALS:
        done = home.run(*arguments)
        assert (done.returncode, done.stderr.count("\n")) == (code, 1), done.stderr
        assert told in done.stderr
    assert home.charges() == []
