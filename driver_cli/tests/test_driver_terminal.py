"""The live view and the question of Ctrl-C, on a real terminal and the whole line."""

import signal
from contextlib import ExitStack

import pytest

from driver_cli.tests.homes import Home
from driver_cli.tests.slow_motion import in_slow_motion
from driver_cli.tests.terminal import CTRL_C, CTRL_D, ENTER, Terminal
from tools.services.process import wait_for
from tools.stack.stack import Stack
from tools.testing.deadlines import DEADLINE_S

ASKED = "Stop the charge (s), or leave it running (l)?"


def charging(home: Home, *options: str) -> Terminal:
    """Without a limit nothing but a stop ends it."""
    terminal = Terminal(home, "charge", "cp_001", *options)
    terminal.wait_for("cost so far")
    return terminal


def test_live_view_to_the_receipt(home: Home, stack: Stack):
    with ExitStack() as slow:
        slow.enter_context(in_slow_motion(stack, "cp_001"))
        with charging(home, "--kwh", "0.2") as terminal:
            assert "of 0.200 kWh" in terminal.text
            assert "Ctrl-C: stop it, or leave it running" in terminal.text
            assert not terminal.echoes()
            slow.close()  # the view was seen, and may now end
            assert terminal.wait_ended() == 0
            for told in ("Receipt", "the limit was reached", "0.2000 EUR/kWh"):
                assert told in terminal.text
            assert terminal.shows_cursor()
            assert terminal.echoes()


def test_ctrl_c_and_s_stop_the_charge(home: Home):
    with charging(home) as terminal:
        terminal.press("l" + ENTER)  # typed before anything was asked: no answer
        terminal.press(CTRL_C)
        terminal.wait_for(ASKED)
        terminal.press("what?" + ENTER)
        terminal.wait_for(ASKED, since=terminal.text.index(ASKED) + 1)
        terminal.press("s" + ENTER)
        assert terminal.wait_ended() == 0
        assert "stopped by you" in terminal.text
    assert home.json("receipt")["reason"] == "driver"


@pytest.mark.parametrize("keys", ["l" + ENTER, ENTER, CTRL_C, CTRL_D])
def test_ctrl_c_leaves_the_charge_running(home: Home, keys: str):
    with charging(home) as terminal:
        terminal.press(CTRL_C)
        terminal.wait_for(ASKED)
        terminal.press(keys)
        assert terminal.wait_ended() == 130
        assert "left running; `wattline charge cp_001` follows it again" in terminal.text
        assert "Traceback" not in terminal.text
    assert [each["state"] for each in home.charges()] == ["in_progress"]


def test_terminated_view_gives_the_terminal_back(home: Home):
    with charging(home) as terminal:
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.wait_ended() == 143
        assert terminal.shows_cursor()
        assert terminal.echoes()
    assert [each["state"] for each in home.charges()] == ["in_progress"]


def test_second_ctrl_c_after_a_stop_leaves_at_once(home: Home):
    with charging(home) as terminal:
        terminal.press(CTRL_C)
        terminal.wait_for(ASKED)
        terminal.press("s" + ENTER)
        terminal.wait_for("cost so far", since=terminal.text.index(ASKED))  # a Ctrl-C makes the system drop unread keys
        terminal.press(CTRL_C)
        assert terminal.wait_ended() in {0, 130}  # the stop may be quicker than the key
        assert terminal.text.count(ASKED) == 1
    wait_for(lambda: [each["state"] for each in home.charges()] == ["completed"], DEADLINE_S, "the stop was asked for")
