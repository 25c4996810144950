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
from plant.profile_files import ProfileError, load_of
from plant.world import World
from runtime import log as process_log
from runtime.exit_codes import USAGE_EXIT
from runtime.shutdown import Shutdown
from runtime.values import port_or_off

log = logging.getLogger(__name__)

_TICK_S = 0.05  # half of the shortest window's real time
_HOST = "127.0.0.1"


def _port(text: str) -> int:
    try:
        return port_or_off(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}, not {text!r}") from None


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="wattline-plant", description=__doc__)
    parser.add_argument("--cp", action="append", metavar="CP[=PROFILE]", help="a charge point's id; repeatable")
    parser.add_argument("--profile", default="commuter", help="CSV file, constant:WATTS, or commuter (the default)")
    parser.add_argument("--host", default=_HOST, help="address of both ports")
    parser.add_argument("--port", type=_port, default=0, help="where boards plug in; 0 takes a free one")
    parser.add_argument("--control-port", type=_port, default=0, help="where tests look in; 0 takes a free one")
    parser.add_argument("--speed", type=float, default=1.0, help="how many times as fast as real time")
    parser.add_argument("--plugged", action="store_true", help="the car is there from the start")
    parser.add_argument("--voltage", type=float, default=Mains().voltage_v, help="where the profile has none")
    parser.add_argument("--seed", type=int, default=1, help="of the sensors' noise")
    parser.add_argument("--debug", action="store_true")
    return parser.parse_args(argv)


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


async def _run(arguments: argparse.Namespace, points: dict[str, SimulatedChargePoint], shutdown: Shutdown) -> None:
    boards, control = BoardServer(points), Control(points)
    board_port = await asyncio.start_server(boards.serve, arguments.host, arguments.port)
    control_port = await asyncio.start_server(control.serve, arguments.host, arguments.control_port)
    log.info(
        "ready cps=%s boards=%s control=%s speed=%g",
        ",".join(points), _address(board_port), _address(control_port), arguments.speed,
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
    log.info("stopped")


def _address(server: asyncio.Server) -> str:
    host, port = server.sockets[0].getsockname()[:2]
    return f"{host}:{port}"


async def _keep_time(points: dict[str, SimulatedChargePoint]) -> None:
    while True:
        for point in points.values():
            point.catch_up()
        await asyncio.sleep(_TICK_S)


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    process_log.set_up("plant", debug=arguments.debug)
    try:
        points = _charge_points(arguments)
    except (ProfileError, ValueError) as error:
        sys.stderr.write(f"wattline-plant: {error}\n")
        return USAGE_EXIT
    shutdown = Shutdown()
    shutdown.install()
    try:
        asyncio.run(_run(arguments, points, shutdown))
    except OSError as error:
        sys.stderr.write(f"wattline-plant: cannot listen at {arguments.host}: {error.strerror}\n")
        return USAGE_EXIT
    return 0


if __name__ == "__main__":
    sys.exit(main())
