"""`sim` and `fleet`: boards without hardware."""

from pathlib import Path
from typing import Annotated

import typer
from wire.ids import ID_RULE, is_id

from runtime.arguments import checked

BRIDGE = "127.0.0.1:7000"
FOLDER = Path(".run/boards")
MOST = 1000


def _id(text: str) -> str:
    if not is_id(text):
        raise ValueError(f"must be {ID_RULE}, not {text[:40]!a}; for example cp_001")
    return text


def _address(text: str) -> tuple[str, int]:
    from chargepoint.settings import address

    return address(text)


CpId = Annotated[str, typer.Argument(metavar="CP", parser=checked(_id), help="The charge point.")]
Bridge = Annotated[str, typer.Option("--bridge", metavar="IP:PORT", help="Where the bridge listens.")]
Folder = Annotated[Path, typer.Option("--folder", metavar="FOLDER", help="Where boards keep their state.")]
Profile = Annotated[
    str, typer.Option("--profile", metavar="PROFILE", help="What a car draws: constant:WATTS, portable, a CSV.")
]
Speed = Annotated[
    int, typer.Option("--speed", min=1, help="Of the plant; Central has to know it (PLANT_SPEED).")
]


def sim(
    cp_id: CpId = "cp_001",
    bridge: Bridge = BRIDGE,
    split: Annotated[bool, typer.Option("--split", help="Engine and monitor as two boards.")] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Any setting of docs/config.md; again for more."),
    ] = None,
    profile: Profile = "portable",
    plugged: Annotated[bool, typer.Option("--plugged/--unplugged", help="Whether a car is there.")] = True,
    speed: Speed = 1,
    folder: Folder = FOLDER,
) -> None:
    """Run a simulated board with a plant of its own, until Ctrl-C: the firmware as a real board runs it.

    A board that resets is started anew, with what it has on its flash: the folder.
    """
    import json

    from board_cli.output import say
    from board_cli.provisioning.given import merged, of_pairs
    from board_cli.simulated.processes import Programs, board, free_address, plant

    at_plant, link = free_address(), free_address()
    common = {"cp_id": cp_id, "central": bridge, "plant": at_plant, "price_per_kwh": 0.2}
    roles = ("engine", "monitor") if split else ("both",)
    line = {"engine": link} if split else {}
    configs = {role: merged(common, {**line, "role": role}, of_pairs(settings or [])) for role in roles}
    _judge(configs)
    programs = Programs()
    options = ["--profile", profile, "--speed", str(speed), "--plugged" if plugged else "--no-plugged"]
    for role, config in configs.items():
        (folder / cp_id / role).mkdir(parents=True, exist_ok=True)
        (folder / cp_id / role / "config.json").write_text(json.dumps(config) + "\n")
    programs.start("the plant", plant(cp_id, at_plant, options), Path.cwd())
    for role in configs:
        programs.start(f"the board ({role})", board(), folder / cp_id / role)
    say(f"{cp_id}: {' and '.join(configs)}, bridge {bridge}, plant {at_plant}, in {folder / cp_id}; Ctrl-C ends it")
    programs.wait()


def fleet(
    count: Annotated[int, typer.Argument(metavar="N", min=1, max=MOST, help=f"How many, at most {MOST}.")],
    bridge: Annotated[
        str, typer.Option("--bridge", metavar="IP:PORT", parser=checked(_address), help="Where the bridge listens.")
    ] = BRIDGE,
    name: Annotated[str, typer.Option("--name", parser=checked(_id), help="What their ids begin with.")] = "fleet",
    profile: Profile = "constant:3500",
    speed: Speed = 1,
    folder: Folder = FOLDER,
) -> None:
    """Run N virtual boards with their cars in this one process, until Ctrl-C.

    They run the firmware's rules and lines on CPython, each more rarely than a board would; what they meter is right.
    """
    from board_cli.output import say
    from board_cli.simulated.fleet import Fleet

    central = bridge if isinstance(bridge, tuple) else _address(bridge)
    boards = Fleet(count, name, central, folder, profile, speed)
    say(f"{count} boards, {name}_001 and on, at bridge {central[0]}:{central[1]}, state in {folder}; Ctrl-C ends them")
    boards.run()


def _judge(configs: dict[str, dict[str, object]]) -> None:
    """Raises Failure."""
    import json

    from chargepoint.settings import SettingError, read

    from board_cli.failures import Failure

    for config in configs.values():
        try:
            read(json.dumps(config))
        except SettingError as error:
            raise Failure(str(error)) from None


SIM_EXAMPLES = (
    "wattline-board sim cp_001",
    "wattline-board sim cp_002 --split --profile commuter --set rated_current_ma=32000",
    "wattline-board sim cp_003 --set presence=contact --unplugged",
)
FLEET_EXAMPLES = ("wattline-board fleet 50", "wattline-board fleet 200 --name load --bridge 127.0.0.1:7000")
