"""docs/states.md: diagrams and tables of every state machine, from the tables that the code walks."""

from collections.abc import Mapping, Sequence

from chargepoint.engine.states import ENGINE
from chargepoint.monitor.states import MONITOR

from central.model import states as central
from tools.docs.markdown import table

_INTRO = """# States

*Written from `states.py` of `firmware/chargepoint/engine/` and `monitor/`, and from `central/model/states.py`, by
`make docs`; do not edit.*

The code walks these tables. A pair of state and event that is not in its table is refused and leaves everything as it
was; a test tries every pair.

## Charge point, as Central shows it

The first that holds: {order}.
"""

Table = Mapping[tuple[str, str], tuple[str, str]]


def page() -> str:
    order = ", ".join(status for status, _ in central.STATUS_ORDER)
    machines: tuple[tuple[str, Table], ...] = (
        ("Session, at Central", {(state, event): edge for (state, event), edge in central.SESSION.items()}),
        ("Command, at Central", {(state, event): edge for (state, event), edge in central.COMMAND.items()}),
        ("Engine, on its board", ENGINE),
        ("Monitor, on its board", MONITOR),
    )
    return _INTRO.format(order=order) + "".join(_machine(title, rows) for title, rows in machines)


def _machine(title: str, rows: Table) -> str:
    cells = [(state, event, after, action) for (state, event), (after, action) in rows.items()]
    return f"\n## {title}\n\n{_diagram(cells)}\n" + table(("state", "event", "next state", "action"), cells)


def _diagram(cells: Sequence[tuple[str, str, str, str]]) -> str:
    """Mermaid; what leads from one state to another is one arrow, what stays in place is in the table alone."""
    moves: dict[tuple[str, str], list[str]] = {}
    for state, event, after, _ in cells:
        if state != after:
            moves.setdefault((state, after), []).append(event)
    arrows = [f"    {state} --> {after}: {', '.join(events)}" for (state, after), events in moves.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *arrows, "```", ""])
