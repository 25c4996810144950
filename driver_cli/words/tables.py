"""Tables for a terminal: charge points, history, a receipt."""

from collections.abc import Callable, Sequence
from datetime import datetime

from rich import box
from rich.table import Table
from rich.text import Text

from driver_cli.api.answers import Charge, ChargePoint
from driver_cli.api.receipts import Receipt
from driver_cli.words import figures
from driver_cli.words.reasons import end_reason

SHORT_ID = 8  # characters of a session's id that are enough to name it by hand
_STATUS_STYLES = {"ACTIVE": "green", "CHARGING": "cyan", "FAULTY": "red", "STOPPED": "yellow", "DISCONNECTED": "dim"}
_STATE_STYLES = {"completed": "green", "in_progress": "cyan", "failed": "red", "refused": "red"}


_WRAPPING = frozenset({"location", "reason"})


def _text(value: str, style: str = "") -> Text:
    # Text, not str: a `[` in a name is no markup.
    return Text(figures.clean(value), style=style)


def _table(*columns: str, right: Sequence[str] = ()) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for each in columns:
        # What people wrote gives way first where the terminal is narrow; what is cut off elsewhere ends in an ellipsis.
        wraps = each in _WRAPPING
        overflow = "fold" if wraps else "ellipsis"
        table.add_column(each, justify="right" if each in right else "left", overflow=overflow, no_wrap=not wraps)
    return table


def points_table(points: Sequence[ChargePoint], now: Callable[[], datetime]) -> Table:
    columns = ("CP", "location", "status", "per kWh", "car", "power", "heard")
    table = _table(*columns, right=("per kWh", "power"))
    for each in points:
        table.add_row(
            _text(each.cp_id, "bold"),
            _text(each.location),
            _text(each.status, _STATUS_STYLES.get(each.status, "")),
            _text(figures.price(each.price_per_kwh, each.currency).removesuffix("/kWh")),
            _text(each.vehicle or figures.NONE),
            figures.power(each.power_w) if each.power_w else figures.NONE,
            figures.age(each.last_connection_time, now),
        )
    return table


def history_table(charges: Sequence[Charge]) -> Table:
    table = _table("session", "CP", "started", "state", "energy", "cost", "reason", right=("energy", "cost"))
    for each in charges:
        table.add_row(
            _text((each.session_id or each.message_id)[:SHORT_ID]),
            _text(each.cp_id, "bold"),
            figures.local_minute(each.started_at),
            _text(each.state.replace("_", " "), _STATE_STYLES.get(each.state, "")),
            figures.energy(each.energy_wh),
            figures.money(each.cost_minor, figures.clean(each.currency)),
            _text(end_reason(each.reason)),
        )
    return table


def receipt_table(receipt: Receipt) -> Table:
    title = Text("Receipt", style="bold")
    table = Table(title=title, title_justify="left", box=box.ROUNDED, show_header=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, value in receipt_rows(receipt):
        table.add_row(name, _text(value, "bold" if name in {"energy", "cost"} else ""))
    return table


def receipt_rows(receipt: Receipt) -> list[tuple[str, str]]:
    """What a receipt says, in its order."""
    return [
        ("number", str(receipt.number)),
        ("session", receipt.session_id),
        ("charge point", receipt.cp_id),
        ("driver", receipt.driver_id),
        ("start", figures.local_time(receipt.started_at)),
        ("end", figures.local_time(receipt.ended_at)),
        ("meter", receipt.meter_id or figures.NONE),
        ("register at start", figures.register(receipt.start_register_wh)),
        ("register at end", figures.register(receipt.end_register_wh)),
        ("energy", figures.energy(receipt.energy_wh)),
        ("price", figures.price(receipt.price_per_kwh, receipt.currency)),
        ("cost", figures.money(receipt.cost_minor, receipt.currency)),
        ("ended because", end_reason(receipt.reason)),
    ]
