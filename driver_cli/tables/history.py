"""A driver's charges, the newest first."""

from collections.abc import Sequence

from driver_cli.api.answers import Charge
from driver_cli.tables.layout import Cell, Column, Rows
from driver_cli.words import figures
from driver_cli.words.reasons import END_REASONS, one_word

SHORT_ID = 8  # characters of a session's id that are enough to name it by hand
_STYLES = {"completed": "green", "in_progress": "cyan", "failed": "red", "refused": "red"}


def is_refusal(charge: Charge) -> bool:
    """A request that never became a charge, be it Wattline or the charge point that refused it."""
    return charge.state == "refused" or (charge.state == "failed" and charge.reason not in END_REASONS)


def history_table(charges: Sequence[Charge]) -> Rows:
    return Rows(
        [
            Column("session", [Cell((each.session_id or each.message_id)[:SHORT_ID]) for each in charges]),
            Column("CP", [Cell(each.cp_id, "bold") for each in charges], is_id=True),
            Column("started", [Cell(figures.local_minute(each.started_at)) for each in charges]),
            Column("state", [_state(each.state) for each in charges]),
            Column("kWh", [_energy(each.energy_wh) for each in charges], right=True),
            Column("cost", [Cell(figures.money(each.cost_minor, each.currency)) for each in charges], right=True),
            Column("reason", [Cell(one_word(each.reason)) for each in charges]),
        ]
    )


def _state(state: str) -> Cell:
    return Cell("charging" if state == "in_progress" else state, _STYLES.get(state, ""))


def _energy(energy_wh: int | None) -> Cell:
    return Cell(figures.kwh(energy_wh), below=figures.energy(energy_wh))
