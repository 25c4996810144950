"""`calibrate`: a board's meter brought to what a reference meter shows."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from board_cli.options import DEFAULT_WAIT_S, AsJson, Port, Wait

if TYPE_CHECKING:
    from board_cli.calibrating.reading import Reading
    from board_cli.calibrating.steps import Calibrated

DEFAULT_SECONDS = 10.0
DEFAULT_LOAD_WAIT_S = 120.0
MAINS_HZ = 50.0
WITHIN = 0.005  # what a second reading may still be off


def _reference(name: str, text: str, metavar: str) -> Any:
    return typer.Option(name, metavar=metavar, min=0, help=f"{text} that the reference meter shows.")


def calibrate(
    current_a: Annotated[float | None, _reference("--current-a", "RMS current", "A")] = None,
    voltage_v: Annotated[float | None, _reference("--voltage-v", "RMS voltage", "V")] = None,
    power_w: Annotated[float | None, _reference("--power-w", "Real power", "W")] = None,
    frequency_hz: Annotated[
        float, typer.Option("--frequency-hz", metavar="HZ", min=45, max=65, help="Of the mains, for the phase.")
    ] = MAINS_HZ,
    seconds: Annotated[
        float, typer.Option("--seconds", metavar="SECONDS", min=1, help="How long to read the board's figures.")
    ] = DEFAULT_SECONDS,
    check: Annotated[bool, typer.Option("--check", help="Only compare; nothing is written.")] = False,
    load_wait_s: Annotated[
        float,
        typer.Option("--load-wait", metavar="SECONDS", min=0, help="For the load to flow again, to verify; 0: do not."),
    ] = DEFAULT_LOAD_WAIT_S,
    port: Port = None,
    wait_s: Wait = DEFAULT_WAIT_S,
    as_json: AsJson = False,
) -> None:
    """Bring a board's meter to what a reference meter shows, while a charge runs with a known load.

    Asks at a terminal for the reference's figures where none is given. Best with a heater of 20 to 30 A, at least 6 A:
    it sets the gain of current and voltage. A load that lags (power factor 0.3 to 0.95, all three figures given) sets
    the phase too. On a Pico the offsets are read with the relay open. Nothing is written where a gain would change by
    more than 20 %.

    To write, the board goes into maintenance, which ends the charge. Start it again with the same load: a second
    reading verifies. Its bridge must be off the port while this reads, where that is the same port.
    """
    from board_cli.calibrating.corrections import judge_reference
    from board_cli.calibrating.reading import Reading
    from board_cli.calibrating.steps import Calibrated, Wanted, shown_of
    from board_cli.calibrating.steps import calibrate as calibrate_board
    from board_cli.output import tell
    from board_cli.talk.board import Board
    from board_cli.talk.ports import choose, present

    true = Reading(current_a, voltage_v, power_w)
    if true == Reading() and sys.stdin.isatty():
        true = _asked()
    judge_reference(true)
    board = Board(choose(port, present()), wait_s)
    if check:
        shown = shown_of(board, true, seconds)
        _show(Calibrated(shown, [], shown), true, as_json, written=False)
    else:
        done = calibrate_board(board, Wanted(true, frequency_hz, seconds, load_wait_s), tell)
        _show(done, true, as_json, written=True)


def _asked() -> "Reading":
    from board_cli.calibrating.reading import Reading

    def ask(text: str) -> float | None:
        question = f"{text} that the reference meter shows (empty: not known)"
        typed = str(typer.prompt(question, default="", show_default=False, err=True)).strip()
        try:
            return float(typed) if typed else None
        except ValueError:
            raise typer.BadParameter(f"{typed!r} is no number; expected such as 24.8") from None

    return Reading(ask("current in A"), ask("voltage in V"), ask("power in W"))


def _show(done: "Calibrated", true: "Reading", as_json: bool, *, written: bool) -> None:
    """Raises Failure where the second reading is off."""
    from board_cli.failures import Failure
    from board_cli.output import print_json, say

    errors = {} if done.after is None else _errors(true, done.after)
    if as_json:
        changes = [{"setting": each.name, "before": each.before, "after": each.after} for each in done.changes]
        after = None if done.after is None else done.after._asdict()
        print_json({"reference": true._asdict(), "shown": done.shown._asdict(), "changes": changes,
                    "verified": after, "errors": errors})  # fmt: skip
    else:
        say(f"reference: {_words(true)}; the board showed {_words(done.shown)}")
        for each in done.changes:
            say(each.told())
        if written and not done.changes:
            say("nothing to change")
        if done.after is None:
            say("not verified: with a charge running, `wattline-board calibrate --check` compares")
        else:
            say(f"now it shows {_words(done.after)}: " + ", ".join(f"{n} {e * 100:+.2f} %" for n, e in errors.items()))
    off = {name: error for name, error in errors.items() if abs(error) > WITHIN}
    if written and off:
        shown = ", ".join(f"{name} by {error * 100:+.2f} %" for name, error in off.items())
        raise Failure(f"still off: {shown}. Has the load changed? Run this again with the reference's figures")


def _errors(true: "Reading", shown: "Reading") -> dict[str, float]:
    return {
        name: got / wanted - 1
        for name, wanted, got in zip(true._fields, true, shown, strict=True)
        if wanted is not None and got is not None
    }


def _words(reading: "Reading") -> str:
    values = zip(("A", "V", "W"), reading, strict=True)
    return ", ".join(f"{value:.{1 if unit == 'W' else 2}f} {unit}" for unit, value in values if value is not None)


EXAMPLES = (
    "wattline-board calibrate",
    "wattline-board calibrate --current-a 24.82 --voltage-v 229.6",
    "wattline-board calibrate --current-a 8.1 --voltage-v 229.6 --power-w 1310",
    "wattline-board calibrate --current-a 24.82 --check",
)
