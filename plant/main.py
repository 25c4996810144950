"""`wattline-plant`: the simulated world of one or several charge points, as a process of its own."""

import argparse
import asyncio
import logging
import sys
import time
from collections.abc import Sequence

from wire.ids import BOARD_CHARACTERS, made_of

from plant.board_server import BoardServer
from plant.charge_point import MAX_SPEED, MIN_SPEED, SimulatedChargePoint
from plant.control import Control
from plant.mains import Mains
from plant.profile_files import DEFAULT_PROFILE, ProfileError, load_of
from plant.settings import PLANT_ADDRESS
from plant.world import World
from runtime import log as process_log
from runtime.config import ConfigManager
from runtime.exit_codes import USAGE_EXIT
from runtime.program import add_settings, parser_of, settings_given
from runtime.settings import DEBUG_MODE
from runtime.shutdown import Shutdown
from runtime.values import Address, port_or_off

logger = logging.getLogger(__name__)

PROGRAM = "wattline-plant"
DESCRIPTION = """\
Simulates what lies around a board: mains, a relay, a sensor, and a car that is plugged in. One process may have
several charge points, each with a car of its own. Runs until it gets SIGTERM or Ctrl-C; says `ready` once boards can
plug in. Its control port (described in plant/control.py) shows what really flowed, and switches faults on."""
EXAMPLES = (
    (PROGRAM, "cp_001 at 127.0.0.1:7200, a car with a portable cable"),
    (f"{PROGRAM} --cp cp_001 --cp cp_002=commuter", "two, the second with a car that draws 7.2 kW"),
    (f"{PROGRAM} --profile my_car.csv --speed 60", "a car of your own (t_s,power_w), a minute in a second"),
    (f"{PROGRAM} --control-port 7201", """then: echo '{"do": "unplug"}' | nc -N 127.0.0.1 7201"""),
)
SETTINGS = (PLANT_ADDRESS, DEBUG_MODE)
_TICK_S = 0.05  # half of the shortest window's real time


def _port(text: str) -> int:
    try:
        return port_or_off(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}, not {text!r}") from None


def command_line() -> argparse.ArgumentParser:
    parser = parser_of(PROGRAM, DESCRIPTION, EXAMPLES)
    parser.add_argument(
        "--cp", action="append", metavar="CP[=PROFILE]", help="a charge point's id; repeatable. Default: cp_001."
    )
    parser.add_argument(
        "--profile", default=DEFAULT_PROFILE, metavar="PROFILE",
        help="what cars draw: a CSV file, constant:WATTS, portable (2.3 kW) or commuter (7.2 kW). Default: portable.",
    )
    parser.add_argument(
        "--speed", type=float, default=1.0, metavar="TIMES",
        help="how many times as fast as real time; Central has to know it (PLANT_SPEED). Default: 1.",
    )
    parser.add_argument(
        "--plugged", action=argparse.BooleanOptionalAction, default=True, help="whether cars are there from the start"
    )
    parser.add_argument(
        "--voltage", type=float, default=Mains().voltage_v, metavar="VOLTS",
        help="of the mains, where a profile has none. Default: 230.",
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the sensors' noise. Default: 1.")
    parser.add_argument(
        "--control-port", type=_port, default=0, metavar="PORT", help="where tests look in; 0 (the default): a free one"
    )
    add_settings(parser, SETTINGS)
    return parser


def _charge_points(arguments: argparse.Namespace) -> dict[str, SimulatedChargePoint]:
    """Raises ValueError naming the argument that is wrong."""
    if not MIN_SPEED <= arguments.speed <= MAX_SPEED:
        raise ValueError(f"--speed must be {MIN_SPEED:g} to {MAX_SPEED:g}; for example --speed 300")
    if not 100 <= arguments.voltage <= 260:
        raise ValueError("--voltage must be 100 to 260; for example --voltage 230")
    points: dict[str, SimulatedChargePoint] = {}
    for number, text in enumerate(arguments.cp or ["cp_001"]):
        cp_id, _, profile = text.partition("=")
        if not (1 <= len(cp_id) <= 64 and made_of(cp_id, BOARD_CHARACTERS)) or cp_id in points:
            raise ValueError(f"--cp must be a new id of A-Z a-z 0-9 _ -, not {cp_id!r}; for example --cp cp_001")
        load = load_of(profile or arguments.profile, Mains(voltage_v=arguments.voltage))
        world = World(
            load, plugged=arguments.plugged, mains=Mains(voltage_v=arguments.voltage), seed=arguments.seed + 2 * number
        )
        points[cp_id] = SimulatedChargePoint(cp_id, world, arguments.speed, time.monotonic)
    return points


async def _run(
    boards_at: Address, control_at: Address, points: dict[str, SimulatedChargePoint], shutdown: Shutdown
) -> None:
    boards, control = BoardServer(points), Control(points)
    board_port = await asyncio.start_server(boards.serve, boards_at.host, boards_at.port)
    control_port = await asyncio.start_server(control.serve, control_at.host, control_at.port)
    logger.info(
        "ready cps=%s boards=%s control=%s speed=%g",
        ",".join(points), _address(board_port), _address(control_port), next(iter(points.values())).speed,
    )
    clock = asyncio.create_task(_keep_time(points))
    stopping = asyncio.create_task(shutdown.wait())
    await asyncio.wait((clock, stopping), return_when=asyncio.FIRST_COMPLETED)
    board_port.close()
    control_port.close()
    await boards.connections.end()
    await control.connections.end()
    stopping.cancel()
    if clock.done():
        clock.result()  # it only ends by an error
    clock.cancel()
    logger.info("stopped")


def _address(server: asyncio.Server) -> str:
    host, port = server.sockets[0].getsockname()[:2]
    return f"{host}:{port}"


async def _keep_time(points: dict[str, SimulatedChargePoint]) -> None:
    while True:
        for point in points.values():
            point.catch_up()
        await asyncio.sleep(_TICK_S)


def main(argv: Sequence[str] | None = None) -> int:
    arguments = command_line().parse_args(argv)
    config = ConfigManager.load_or_exit(PROGRAM, settings_given(arguments, SETTINGS))
    process_log.set_up("plant", debug=config[DEBUG_MODE])
    try:
        points = _charge_points(arguments)
    except (ProfileError, ValueError) as error:
        sys.stderr.write(f"{PROGRAM}: {error}\n")
        return USAGE_EXIT
    shutdown = Shutdown()
    shutdown.install()
    boards_at = config[PLANT_ADDRESS]
    control_at = Address(boards_at.host, arguments.control_port)
    try:
        asyncio.run(_run(boards_at, control_at, points, shutdown))
    except OSError as error:
        sys.stderr.write(
            f"{PROGRAM}: cannot listen at {boards_at} (--plant-address) or {control_at} (--control-port): "
            f"{error.strerror}; another port, or 0 for a free one\n"
        )
        return USAGE_EXIT
    return 0


if __name__ == "__main__":
    sys.exit(main())
