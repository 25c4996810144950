"""What a session's row says about its bill beside the figures, as a comma-separated, sorted list."""

from central.model.rows import Session

HELD = "held"  # a rise beyond rated power x time: the operator decides
LATE = "late"  # something was told after the books were closed
METER_CHANGED = "meter_changed"  # the bill ends at the last reading of the meter that it began with
REGISTER_FELL = "register_fell"  # the bill ends at the last reading before
OVER_ORDER = "over_order"  # more flowed than was ordered; the rest is not billed
TIME_UNKNOWN = "time_unknown"  # the log's clock and its board's both went back in its time
TIME_FROM_LOG = "time_from_log"  # its board had no clock
LOG_CLOCK_WRONG = "log_clock_wrong"  # the log's clock went back, or stood still, in its time
ESTIMATED = "estimated"  # its board measures no voltage: current times a nominal one
UNHEARD = "unheard"  # closed by Central, without the engine's word, which may still come


def flag(session: Session, name: str) -> None:
    names = {each for each in session.flags.split(",") if each}
    session.flags = ",".join(sorted(names | {name}))


def unflag(session: Session, name: str) -> None:
    session.flags = ",".join(each for each in session.flags.split(",") if each not in ("", name))


def has_flag(session: Session, name: str) -> bool:
    return name in session.flags.split(",")
