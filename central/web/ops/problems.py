"""What is wrong and whom it stops: rules over what is known, as values. What is said of each stands in texts.py."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from wire.kinds import CP, DRIVER

from central.model.states import AUTHORIZED, IN_PROGRESS

HOUR_MS = 3_600_000
LONG_CHARGE_MS = 24 * HOUR_MS
REPORT_STANDS_MS = 24 * HOUR_MS
LONG_START_MS = HOUR_MS // 4  # an engine waits 3 min for its car, and says so


class Reach(IntEnum):
    """Whom something stops, the most first."""

    EVERYBODY = 0
    CHARGING = 1  # somebody whose charge is in doubt now, and everybody else at that charge point
    AT_POINT = 2
    ONE = 3
    NOBODY = 4


# Kinds of problems. A fault's and an alarm's have their name behind a point.
FAULT, ALARM = "fault", "alarm"
AWAY, AWAY_CHARGING = "away", "away_charging"
SILENT, SILENT_CHARGING = "silent", "silent_charging"
OUT_OF_SERVICE = "out_of_service"
LONG_CHARGE, LONG_START = "long_charge", "long_start"
HELD, REPORTED = "held", "reported"
PARKED_POINT, PARKED_DRIVER, PARKED_OTHER = "parked_point", "parked_driver", "parked_other"
LOG_AWAY, WORKER_AWAY, WORKER_BEHIND = "log_away", "worker_away", "worker_behind"
CLOCK_APART, DEAD_LETTERS = "clock_apart", "dead_letters"


def fault_kind(name: str) -> str:
    return f"{FAULT}.{name}"


def alarm_kind(name: str) -> str:
    return f"{ALARM}.{name}"


@dataclass(frozen=True)
class Charge:
    """A session that is open. `driver`: his name, or his id where he has none."""

    session_id: str
    driver: str
    status: str
    since_ms: int
    energy_wh: int


@dataclass(frozen=True)
class OpenFault:
    name: str
    info: str  # as it was told
    since_ms: int


@dataclass(frozen=True)
class OpenAlarm:
    name: str
    subject: str
    text: str
    at_ms: int


@dataclass(frozen=True)
class Report:
    """What a driver says went wrong."""

    session_id: str
    number: int
    text: str
    at_ms: int


@dataclass(frozen=True)
class Post:
    """A charge point as the rules need it. `heard_ms`: the last sign of life; None: never."""

    cp_id: str
    is_linked: bool = True
    is_silent: bool = False
    is_stopped: bool = False
    stopped_ms: int | None = None
    heard_ms: int | None = None
    faults: Sequence[OpenFault] = ()
    alarms: Sequence[OpenAlarm] = ()
    charges: Sequence[Charge] = ()
    held_wh: int = 0
    held_ms: int | None = None
    reports: Sequence[Report] = ()


@dataclass(frozen=True)
class Parked:
    topic: str
    key: str
    error: str
    since_ms: int


@dataclass(frozen=True)
class Problem:
    """`kind`: a row of texts.py. `key`: what it is at: a charge point, or what is parked. `subject`: which one there.

    `charge`: whose it touches. `detail`: what else is told of it. `energy_wh`: that it is about.
    """

    kind: str
    reach: Reach
    since_ms: int | None
    key: str = ""
    subject: str = ""
    charge: Charge | None = None
    detail: str = ""
    energy_wh: int = 0
    count: int = 0

    @property
    def name(self) -> str:
        """It is this one also while its figures change."""
        return f"{self.kind}.{self.key}.{self.subject}"


Rule = Callable[[Post, int], Iterable[Problem]]


def of_posts(posts: Iterable[Post], now_ms: int) -> list[Problem]:
    return [problem for post in posts for rule in RULES for problem in rule(post, now_ms)]


def sorted_by_reach(problems: Iterable[Problem]) -> list[Problem]:
    """Those that stop the most people first; of those alike the one that lasts longest."""
    return sorted(problems, key=lambda each: (each.reach, each.since_ms or 0, each.key, each.kind, each.subject))


def stopping(problems: Iterable[Problem]) -> int:
    """How many of them stop somebody."""
    return sum(each.reach != Reach.NOBODY for each in problems)


def _reach_at(post: Post) -> Reach:
    return Reach.CHARGING if post.charges else Reach.AT_POINT


def _first(post: Post) -> Charge | None:
    return post.charges[0] if post.charges else None


def _faults(post: Post, now_ms: int) -> Iterable[Problem]:
    del now_ms
    for fault in post.faults:
        told = "" if fault.info == fault.name else fault.info  # a board says its name alone
        kind, reach = fault_kind(fault.name), _reach_at(post)
        yield Problem(kind, reach, fault.since_ms, post.cp_id, fault.name, _first(post), told)


def _unheard(post: Post, now_ms: int) -> Iterable[Problem]:
    """Connected and silent is another matter than not connected: the first is the board's, the second the network's."""
    del now_ms
    if post.is_linked and not post.is_silent:
        return
    kinds = (SILENT, SILENT_CHARGING) if post.is_linked else (AWAY, AWAY_CHARGING)
    yield Problem(kinds[bool(post.charges)], _reach_at(post), post.heard_ms, post.cp_id, charge=_first(post))


def _out_of_service(post: Post, now_ms: int) -> Iterable[Problem]:
    del now_ms
    if post.is_stopped:
        yield Problem(OUT_OF_SERVICE, Reach.AT_POINT, post.stopped_ms, post.cp_id)


def _long_sessions(post: Post, now_ms: int) -> Iterable[Problem]:
    """While they are open, nobody else charges there."""
    kinds = {IN_PROGRESS: (LONG_CHARGE, LONG_CHARGE_MS), AUTHORIZED: (LONG_START, LONG_START_MS)}
    for charge in post.charges:
        kind, limit_ms = kinds[charge.status]
        if now_ms - charge.since_ms > limit_ms:
            yield Problem(kind, Reach.CHARGING, charge.since_ms, post.cp_id, charge.session_id, charge)


def _held(post: Post, now_ms: int) -> Iterable[Problem]:
    del now_ms
    if post.held_wh:
        yield Problem(HELD, Reach.NOBODY, post.held_ms, post.cp_id, energy_wh=post.held_wh)


def _alarms(post: Post, now_ms: int) -> Iterable[Problem]:
    del now_ms
    for alarm in post.alarms:
        yield Problem(
            alarm_kind(alarm.name), Reach.NOBODY, alarm.at_ms, post.cp_id, alarm.subject, detail=alarm.text
        )


def _reports(post: Post, now_ms: int) -> Iterable[Problem]:
    """Those of the last day: nobody says that one was seen to."""
    for report in post.reports:
        if now_ms - report.at_ms <= REPORT_STANDS_MS:
            subject = f"{report.session_id}.{report.number}"
            yield Problem(REPORTED, Reach.NOBODY, report.at_ms, post.cp_id, subject, detail=report.text)


RULES: tuple[Rule, ...] = (_faults, _unheard, _out_of_service, _long_sessions, _reports, _held, _alarms)

_OF_TOPIC = {CP: (PARKED_POINT, Reach.AT_POINT), DRIVER: (PARKED_DRIVER, Reach.ONE)}


def of_parked(parked: Iterable[Parked]) -> list[Problem]:
    found: list[Problem] = []
    for each in parked:
        kind, reach = _OF_TOPIC.get(each.topic, (PARKED_OTHER, Reach.NOBODY))
        found.append(Problem(kind, reach, each.since_ms, each.key, each.topic, detail=each.error))
    return found


@dataclass(frozen=True)
class Workings:
    """How the system itself does. `behind`: records that the worker has not folded. `is_moving`: it folds some.

    `ahead_ms`: of the log's clock before another; `dead`: dead letters that nobody has looked at, the first of them at
    `dead_ms`.
    """

    is_log_open: bool = True
    behind: int = 0
    is_moving: bool = True
    behind_ms: int | None = None
    ahead_ms: int = 0
    dead: int = 0
    dead_ms: int | None = None


FAR_BEHIND = 1_000  # records: some seconds of work


def of_workings(workings: Workings, apart_ms: int) -> list[Problem]:
    """`apart_ms`: more than this two clocks should never be apart."""
    found: list[Problem] = []
    if not workings.is_log_open:
        found.append(Problem(LOG_AWAY, Reach.EVERYBODY, None))
    if workings.behind and not workings.is_moving:
        found.append(Problem(WORKER_AWAY, Reach.EVERYBODY, workings.behind_ms, count=workings.behind))
    elif workings.behind > FAR_BEHIND:
        found.append(Problem(WORKER_BEHIND, Reach.EVERYBODY, workings.behind_ms, count=workings.behind))
    if abs(workings.ahead_ms) > apart_ms:
        found.append(Problem(CLOCK_APART, Reach.NOBODY, None, count=abs(workings.ahead_ms) // 1_000))
    if workings.dead:
        found.append(Problem(DEAD_LETTERS, Reach.NOBODY, workings.dead_ms, count=workings.dead))
    return found
