"""`provision`: writes what a board is to be, after all of it was judged."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from board_cli.options import DEFAULT_WAIT_S, AsJson, Port, Wait

if TYPE_CHECKING:
    from board_cli.provisioning.given import Config

HIDDEN = ("wifi_password", "mqtt_password")


def _option(name: str, text: str, metavar: str = "TEXT") -> Any:
    return typer.Option(name, metavar=metavar, help=text)


def provision(
    cp_id: Annotated[str | None, _option("--id", "The charge point, for example cp_001.", "ID")] = None,
    role: Annotated[str | None, _option("--role", "both, engine or monitor.", "ROLE")] = None,
    location: Annotated[str | None, _option("--location", "Where it is, for drivers.")] = None,
    price: Annotated[str | None, _option("--price", "Per kWh, to begin with.", "N")] = None,
    bridge: Annotated[str | None, _option("--bridge", "usb, uart:0, or HOST:PORT.", "LINE")] = None,
    presence: Annotated[str | None, _option("--presence", "contact or none.", "HOW")] = None,
    limit_ma: Annotated[str | None, _option("--limit", "What relay and wiring bear, in mA.", "MA")] = None,
    wifi: Annotated[str | None, _option("--wifi", "The Wi-Fi's name.", "SSID")] = None,
    password: Annotated[str | None, _option("--wifi-password", "Its password.")] = None,
    settings: Annotated[
        list[str] | None, _option("--set", "Any setting of docs/config.md; again for more.", "NAME=VALUE")
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", help="A config.json to begin with.", metavar="FILE")] = None,
    relay: Annotated[
        str, _option("--relay", "How the relay's driver closes; only active-high is safe.", "LEVEL")
    ] = "active-high",
    wipe: Annotated[
        bool, typer.Option("--wipe", help="Forget the register and the journal of another charge point.")
    ] = False,
    port: Port = None,
    wait_s: Wait = DEFAULT_WAIT_S,
    as_json: AsJson = False,
) -> None:
    """Tell a board what it is: its charge point, place, price, pins, presence, limits, Wi-Fi and bridge.

    Asks at a terminal where nothing is given, and offers what the board has. Everything is judged before anything is
    written, dangerous pins included; the board's other settings stay. The file is replaced whole or not at all.
    """
    from board_cli.output import print_json, say
    from board_cli.provisioning.given import merged, of_json, of_pairs
    from board_cli.provisioning.judged import judge_relay
    from board_cli.provisioning.steps import provision as provision_board
    from board_cli.provisioning.steps import read_file
    from board_cli.talk.board import Board
    from board_cli.talk.ports import choose, present

    judge_relay(relay)
    options = {
        "cp_id": cp_id, "role": role, "location": location, "price_per_kwh": price, "central": bridge,
        "presence": presence, "rated_current_ma": limit_ma, "wifi_ssid": wifi, "wifi_password": password,
    }  # fmt: skip
    given = {name: value for name, value in options.items() if value is not None}
    sources = [of_json(read_file(file), str(file))] if file else []
    sources += [given, of_pairs(settings or [])]
    asks = not any(sources) and sys.stdin.isatty()
    merged(*sources)  # what is plainly wrong is told before the board is disturbed
    board = Board(choose(port, present()), wait_s)
    done = provision_board(board, sources, _ask_at_terminal if asks else None, wipe)
    shown = {name: "(kept)" if name in HIDDEN else value for name, value in done.config.items()}
    if as_json:
        print_json({"config": shown, "changed": done.changed, "status": done.status})
        return
    changed = f"{', '.join(done.changed) or 'nothing'} changed"
    runs = f"it answers as {done.status['role']}" if done.status else "`wattline-board flash` brings its firmware"
    say(f"{done.config['cp_id']}: config.json is on the board, {changed}; {runs}")
    for notice in done.notices:
        say(notice)


def _ask_at_terminal(config: "Config") -> "Config":
    from board_cli.output import tell
    from board_cli.provisioning.judged import ACTIVE_HIGH, judge_relay
    from board_cli.provisioning.questions import ask_all

    judge_relay(typer.prompt("level at which the relay's driver closes", default=ACTIVE_HIGH, err=True))

    def ask(text: str, offered: str, secret: bool) -> str:
        return str(typer.prompt(text, default=offered, show_default=not secret, hide_input=secret, err=True))

    return ask_all(config, ask, tell)


EXAMPLES = (
    "wattline-board provision",
    "wattline-board provision --id cp_001 --bridge usb --price 0.20 --location 'Car park 1'",
    "wattline-board provision --bridge 192.168.1.10:7000 --wifi 'Car park' --wifi-password 'correct horse'",
    "wattline-board provision --set contact_pin=21 --set feedback_pin=20 --presence contact",
    "wattline-board provision --file config.json",
)
