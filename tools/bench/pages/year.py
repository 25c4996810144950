"""A year of books: charges that a real worker folded, said again for each day of a year by the database itself."""

import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Table

from central.store.tables import CHARGE_REQUESTS, CHARGING_POINTS, CHARGING_SESSIONS, LIVE_CHARGES, TICKETS
from tools.bench import mixture
from tools.bench.folding import fold, judge
from tools.bench.pages import charges
from tools.bench.run import Run, opened
from tools.stack.log_choice import chosen_log

SAID_AGAIN = (CHARGE_REQUESTS, CHARGING_SESSIONS, LIVE_CHARGES, TICKETS)
YEAR_MS = 365 * 86_400_000
MOST_COPIES = 0xFFF
# What a copy has of its own. `g`: no id that the system makes has it, so that no copy takes another's.
_COPIED_ID = "printf('g%03x', :copy) || substr({0}, 5)"
_OWN = {"session_id": _COPIED_ID, "message_id": _COPIED_ID}


class Year(NamedTuple):
    """`settings`: where its log and its databases are. `cp_id`, `driver_id`, `session_id`: one of each that is there.

    `insight`: the figures' database, in which a month took the processor `judging_ms` to judge.
    """

    settings: Mapping[str, str]
    database: Path
    insight: Path
    judging_ms: float
    sessions: int
    cp_id: str
    driver_id: str
    session_id: str


def make(run: Run) -> Year:
    """On the embedded log, which pages never read."""
    sizes, folder = run.sizes, run.folder / "pages"
    folder.mkdir(parents=True, exist_ok=True)
    database, insight = folder / "wattline.db", folder / "insight.db"
    with chosen_log("embedded", folder, run.say) as choice:
        with opened(choice) as log:
            made = mixture.letters(sizes.posts, sizes.posts, time.time_ns() // 1_000_000)
            mixture.fill(log, made)
            fold(choice, folder, database, log)
            judge(database, log, sizes.posts)
        settings = {
            **choice.settings, "DB_PATH": str(database), "PEOPLE_DB_PATH": str(folder / "people.db"),
            "INSIGHT_DB_PATH": str(insight),
        }  # fmt: skip
    copies = min(sizes.year_sessions // sizes.posts - 1, MOST_COPIES)
    with closing(sqlite3.connect(database)) as rows:
        say_again(rows, SAID_AGAIN, copies)
        run.say(f"pages: {sizes.posts} charge points with {sizes.posts * (copies + 1)} charges in a year")
        cp_ids = [cp_id for (cp_id,) in rows.execute(f'SELECT cp_id FROM "{CHARGING_POINTS.name}"')]
        judging_ms = charges.fill(insight, cp_ids, sizes.year_sessions, time.time_ns() // 1_000_000)
        one = f'SELECT cp_id, driver_id, session_id FROM "{CHARGING_SESSIONS.name}" ORDER BY requested_at_ms LIMIT 1'
        sessions = sizes.posts * (copies + 1)
        return Year(settings, database, insight, judging_ms, sessions, *rows.execute(one).fetchone())


def say_again(rows: sqlite3.Connection, tables: Sequence[Table], copies: int) -> None:
    """Each row of these tables so many times more, each time a bit further back in the year."""
    rows.execute("PRAGMA foreign_keys = OFF")
    with rows:
        for table in tables:
            names = [column.name for column in table.columns]
            values = ", ".join(_value(name) for name in names)
            listed = ", ".join(f'"{name}"' for name in names)
            # `rowid`: what is there now, so that a copy is not copied.
            last = rows.execute(f'SELECT max(rowid) FROM "{table.name}"').fetchone()[0] or 0
            again = f'SELECT {values} FROM "{table.name}" WHERE rowid <= :last'
            statement = f'INSERT INTO "{table.name}" ({listed}) {again}'
            step_ms = YEAR_MS // (copies + 1)
            rows.executemany(
                statement, ({"copy": copy, "back_ms": copy * step_ms, "last": last} for copy in range(1, copies + 1))
            )
    rows.execute("ANALYZE")


def _value(name: str) -> str:
    quoted = f'"{name}"'
    if name in _OWN:
        return _OWN[name].format(quoted)
    return f"{quoted} - :back_ms" if name.endswith("_at_ms") else quoted
