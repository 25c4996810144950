"""The rows that folds read and write, and the port through which they do.

Each row belongs to one key (a charge point's or a driver's); a fold is given the `Rows` of its record's key alone.
The tables in `central/store/tables.py` are made of these classes.
Times are milliseconds since 1970 UTC, energy Wh, money minor units (cents), prices ten-thousandths per kWh (`_e4`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar


@dataclass
class ChargingPoint:
    """ChargingPoints. The status shown is derived from the facts by `states.status_of`."""

    primary_key: ClassVar[tuple[str, ...]] = ("cp_id",)
    owner: ClassVar[str] = "cp_id"

    cp_id: str
    location: str = ""
    price_e4: int = 0
    status: str = "DISCONNECTED"
    board: str | None = None  # the board bound to it; None for one that registered by hand
    engine_board: str | None = None  # of a split one: the engine's, as the bound board told it
    replaceable: bool = False  # by the operator: the next other board that registers takes the place of `board`
    link_id: str | None = None  # the connection that holds the link; None = down
    silent: bool = False
    stopped: bool = False  # by the operator
    session_id: str | None = None  # the session that the engine is running or has been told to start
    seq: int = 0  # of the newest command
    service_seq: int | None = None  # of the newest stop_service or resume_service
    engine_state: str | None = None
    vehicle: str = "unknown"
    meter_id: str | None = None
    register_wh: int = 0  # the highest that ev.cp has told of this meter
    rated_current_ma: int | None = None
    limit_ma: int | None = None  # the operator's, at most the rated one; None: none
    registered_at_ms: int | None = None  # of the bound board's newest registration
    registered_by: str | None = None  # the message_id of that registration
    state_set_by: str | None = None  # the message_id that set engine_state and vehicle
    engine_epoch: str | None = None  # the engine board's newest epoch
    removed_at_ms: int | None = None  # by the operator; until it registers again
    site_id: str | None = None  # where it is now; where it was: site_rows.py


@dataclass
class Fault:
    """Faults: one row per fault of a charge point, kept after it cleared."""

    primary_key: ClassVar[tuple[str, ...]] = ("cp_id", "fault")
    owner: ClassVar[str] = "cp_id"

    cp_id: str
    fault: str
    info: str
    since_ms: int
    cleared_at_ms: int | None = None
    set_by: str | None = None  # the message_id of a board that last began or ended it


@dataclass
class Session:
    """ChargingSessions."""

    primary_key: ClassVar[tuple[str, ...]] = ("session_id",)
    owner: ClassVar[str] = "cp_id"

    session_id: str
    cp_id: str
    driver_id: str
    request_id: str
    tariff: str  # the terms it was asked under, one versioned JSON document: central/money/tariff.py
    status: str = "requested"
    requested_at_ms: int = 0
    # what was ordered at most
    max_energy_wh: int | None = None
    max_duration_s: int | None = None
    max_cost_minor: int | None = None
    # what the engine told
    engine_board: str | None = None  # whose it was when it was authorized: that board may speak of it for ever
    meter_id: str | None = None
    meter_life: int = 1  # the life of that meter (Meter.life) in which it began
    start_register_wh: int | None = None
    last_register_wh: int | None = None  # of the newest checkpoint
    end_register_wh: int | None = None
    started_at_ms: int | None = None
    told_started_at_ms: int | None = None  # as the board said it when it began, however wrong its clock is
    last_checkpoint_at_ms: int | None = None  # or of the end that told what is held
    ended_at_ms: int | None = None
    readings: str = "[]"  # those that are priced, JSON: central/money/readings.py
    # what came of it
    reason: str | None = None
    fault: str | None = None  # the name of the one that ended it
    energy_wh: int | None = None
    cost_minor: int | None = None
    unbilled_wh: int = 0  # flowed beyond what was ordered, or was told after the books of this session were closed
    held_wh: int = 0  # beyond rated power x time: for the operator to decide, not billed
    tickets: int = 0  # how many were said; a correction is one more
    claim_released: bool = False
    stop_requested: bool = False
    flags: str = ""  # comma-separated, sorted: see fold/flags.py


@dataclass
class Meter:
    """Meters: the account of one meter at a charge point; see fold/meters.py for what its figures are."""

    primary_key: ClassVar[tuple[str, ...]] = ("cp_id", "meter_id")
    owner: ClassVar[str] = "cp_id"

    cp_id: str
    meter_id: str
    first_wh: int = 0
    register_wh: int = 0
    sound_wh: int = 0  # the highest that was plausible
    claimed_to_wh: int = 0  # the highest register that a session has claimed, in this life
    unassigned_wh: int = 0
    earlier_wh: int = 0  # the paths of its earlier lives
    life: int = 1
    read_at_ms: int = 0  # of the newest reading, by its board's clock, held
    heard_at_ms: int = 0  # of the same, by the log's
    told_at_ms: int = 0  # of the same, as its board said it, however wrong its clock is
    clock_stood: bool = False  # the log's clock stood still at it
    earliest_ms: int = 0  # when the register can have been reached, at the earliest; what flows later flows after it


@dataclass
class Alarm:
    """Alarms: what somebody should look at."""

    primary_key: ClassVar[tuple[str, ...]] = ("cp_id", "alarm", "subject")
    owner: ClassVar[str] = "cp_id"

    cp_id: str
    alarm: str  # see model/alarms.py
    subject: str  # what it is about
    text: str
    at_ms: int


@dataclass
class Ticket:
    """Tickets: immutable receipts; a correction is one more with the next number."""

    primary_key: ClassVar[tuple[str, ...]] = ("session_id", "number")
    owner: ClassVar[str] = "cp_id"

    session_id: str
    number: int
    cp_id: str
    driver_id: str
    issued_at_ms: int
    body: str  # the ticket message, JSON


@dataclass
class Command:
    """Commands: what was said to a charge point's engine, and its answer."""

    primary_key: ClassVar[tuple[str, ...]] = ("cp_id", "seq")
    owner: ClassVar[str] = "cp_id"

    cp_id: str
    seq: int
    kind: str
    session_id: str | None
    body: str  # the message without its id, JSON
    expires_at_ms: int
    state: str  # sent, accepted, refused, expired
    reason: str | None = None


@dataclass
class Deadline:
    """Deadlines: a ticker appends deadline_passed when due_at_ms is over; only the generation that stands counts."""

    primary_key: ClassVar[tuple[str, ...]] = ("deadline_id",)
    owner: ClassVar[str] = "key"

    deadline_id: str  # "<what>:<id>", its prefix names the handler
    topic: str
    key: str
    generation: int
    due_at_ms: int
    live: bool = True


@dataclass
class Driver:
    """Drivers. `username` is no fold's: central/store/names.py writes it."""

    primary_key: ClassVar[tuple[str, ...]] = ("driver_id",)
    owner: ClassVar[str] = "driver_id"

    driver_id: str
    created_at_ms: int | None = None  # None: only a name was written, nobody is registered
    claim_session_id: str | None = None
    claim_cp_id: str | None = None


@dataclass
class ChargeRequest:
    """ChargeRequests: what became of a request before and beside its session."""

    primary_key: ClassVar[tuple[str, ...]] = ("driver_id", "message_id")  # two drivers may pick one id
    owner: ClassVar[str] = "driver_id"

    message_id: str
    driver_id: str
    cp_id: str
    session_id: str
    state: str  # claimed, refused, released
    reason: str | None
    requested_at_ms: int


@dataclass
class SeenWindow:
    """SeenWindows: which n of a board's epoch were folded at this key: the highest and a bitmap of those below it."""

    primary_key: ClassVar[tuple[str, ...]] = ("key", "board", "epoch")
    owner: ClassVar[str] = "key"

    key: str
    board: str
    epoch: str  # 64 bits as 16 hex digits
    high_n: int
    bitmap: str  # 16 hex digits; bit i set = high_n - 1 - i was folded
    rank: int = 1  # of this epoch among those of this board at this key, in the order in which they came
    digests: str = ""  # 8 hex digits each: checksums of the contents of high_n, high_n - 1, ...
    other_contents: str = ""  # comma-separated checksums of what numbers said before they said something else


@dataclass
class SeenId:
    """SeenIds: ids that are no board's. One older than 30 days counts as unseen, so it may be deleted at any time.

    Per kind: who stops a charge under its request's id, or types `uuid` into everything, says two things.
    """

    primary_key: ClassVar[tuple[str, ...]] = ("topic", "key", "kind", "message_id")
    owner: ClassVar[str] = "key"

    topic: str  # a driver and a charge point may share a name
    key: str
    kind: str
    message_id: str
    at_ms: int


@dataclass
class OperatorWord:
    """OperatorWords: what was asked of a charge point and carried out, one row a request."""

    primary_key: ClassVar[tuple[str, ...]] = ("cp_id", "request_id")
    owner: ClassVar[str] = "cp_id"

    cp_id: str
    request_id: str  # the message_id
    at_ms: int
    action: str
    told: str  # what else the request says, as JSON: the price, the limit, the session, the fault
    by: str | None  # the id of the token that was shown; None: at the command line
    reason: str | None


@dataclass
class LiveFigures:
    """LiveFigures: the newest telemetry of a charge point; no session and no money is made of it."""

    primary_key: ClassVar[tuple[str, ...]] = ("cp_id",)
    owner: ClassVar[str] = "cp_id"

    cp_id: str
    at_ms: int
    session_id: str | None
    state: str
    register_wh: int
    session_energy_wh: int
    power_w: int
    current_ma: int
    voltage_mv: int
    limit_ma: int
    temperature_mc: int | None = None


@dataclass
class LiveCharge:
    """LiveCharges: the highest sound register that telemetry told of a session, whatever order it came in."""

    primary_key: ClassVar[tuple[str, ...]] = ("session_id",)
    owner: ClassVar[str] = "cp_id"

    session_id: str
    cp_id: str
    at_ms: int
    register_wh: int


@dataclass
class LastSeen:
    """The last signs of life on a charge point's line; the newer is ChargingPoints.last_connection_time.

    One for each topic, whose times are apart: each goes back only where its partition's time does, and what ev.cp alone
    has told is the same in a rebuild.
    """

    primary_key: ClassVar[tuple[str, ...]] = ("cp_id",)
    owner: ClassVar[str] = "cp_id"

    cp_id: str
    logged_at_ms: int = 0  # in ev.cp
    heartbeat_at_ms: int = 0  # in ev.telemetry

    @property
    def at_ms(self) -> int:
        return max(self.logged_at_ms, self.heartbeat_at_ms)


R = TypeVar("R")


class Rows(Protocol):
    """The rows of one key. `get` and `find` give copies; nothing changes before `put`."""

    def get(self, table: type[R], *primary_key: object) -> R | None: ...

    def find(self, table: type[R], **equals: object) -> Sequence[R]: ...

    def put(self, row: object) -> None: ...
