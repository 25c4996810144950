"""What every measurement is given: how much to measure, on which logs, where to put files, whom to tell."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eventlog import Log, open_log
from tools.bench.figures import Figure
from tools.stack.log_choice import LogChoice, Wanted

CLIENT_ID = "wattline-bench"


@dataclass(frozen=True)
class Sizes:
    """`charges` are timed after `warm_ups`; `folded_charges` lie in the log that the worker folds.

    Pages show `year_sessions` at `posts`, each `page_views` times; `watchers` follow while one browser sees
    `shown_changes`.
    """

    charges: int = 100
    warm_ups: int = 5
    lines: int = 50
    frames: int = 40_000
    mqtt_messages: int = 20_000
    charge_points: int = 50
    folded_charges: int = 1_500
    posts: int = 100
    year_sessions: int = 150_000
    page_views: int = 200
    watchers: int = 499
    shown_changes: int = 100
    phones: int = 9
    is_quick: bool = False


FULL = Sizes()
# Shows that everything works, not how fast.
QUICK = Sizes(
    charges=3, warm_ups=1, lines=3, frames=300, mqtt_messages=200, charge_points=3, folded_charges=6, posts=3,
    year_sessions=30, page_views=3, watchers=5, shown_changes=3, phones=1, is_quick=True,
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    sizes: Sizes
    logs: Sequence[Wanted]
    folder: Path
    say: Callable[[str], None]


Measure = Callable[[Run], list[Figure]]


@contextmanager
def opened(choice: LogChoice, prefix: str = "") -> Generator[Log]:
    """With its topics made. `prefix`: what their names begin with on a broker."""
    log = open_log(choice.settings["BROKER_ADDRESS"], Path(choice.settings.get("LOG_PATH", "")), CLIENT_ID, prefix)
    try:
        log.create_topics()
        yield log
    finally:
        log.close()
