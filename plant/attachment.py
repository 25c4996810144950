"""One board at its plant: messages about pins and register come in, sample windows go out."""

from wire.check import Problem, check
from wire.kinds import SIM_BOARD
from wire.kinds.plant import KINDS

from plant.world import Window, World

Message = dict[str, object]


class Attachment:
    """At most one board is attached at a time; without one the pin floats, and its pull-down opens the relay."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.board: str | None = None

    def attach(self, board: str) -> None:
        self.board = board
        self._float()

    def detach(self) -> None:
        self.board = None
        self._float()

    def take(self, message: Message) -> Problem | None:
        """What is wrong with a message of the attached board, which then changed nothing."""
        problem = check(message)
        if problem:
            return problem
        kind = str(message["type"])
        if SIM_BOARD not in KINDS[kind].speakers or kind == "plant_hello":
            return Problem("wrong_direction", "type", f"type: a simulated board does not say {kind} here")
        if kind == "pins":
            self._world.pin(bool(message["relay"]))
            self._world.trip(bool(message.get("trip")))
        else:
            self._report(message)
        return None

    def _float(self) -> None:
        self._world.pin(False)
        self._world.trip(False)

    def _report(self, message: Message) -> None:
        meter_id, register_wh, session_id = (message.get(n) for n in ("meter_id", "register_wh", "session_id"))
        assert isinstance(meter_id, str)
        assert isinstance(register_wh, int)
        assert session_id is None or isinstance(session_id, str)
        self._world.record.reported(meter_id, register_wh, session_id)


def sample_window(window: Window) -> Message:
    pin = {} if window.relay is None else {"relay": window.relay}
    return {
        "type": "sample_window",
        **window.sums._asdict(),
        "duration_ms": window.duration_ms,
        "vehicle": window.vehicle,
        "temperature_mc": window.temperature_mc,
        "feedback": window.feedback,
        "relay_level": window.relay_level,
        "rcm_tripped": window.rcm_tripped,
        "stop_pressed": window.stop_pressed,
        **pin,
    }
