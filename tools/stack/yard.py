"""The site that the demo's charge points stand on, made as an operator makes it."""

from collections.abc import Iterable, Mapping

from central.actions import sites
from central.operate.opened import opened_database, opened_log, operator_at
from runtime.config import ConfigManager

YARD = "yard"
FACTS = {"name": "Yard", "address": "Hafenstr. 1, Kiel", "time_zone": "Europe/Berlin"}


def put_on_yard(settings: Mapping[str, str], cp_ids: Iterable[str]) -> None:
    """`settings`: where log and database are. Raises what keeps an operator from it."""
    config = ConfigManager(settings)
    with opened_database(config) as database, opened_log(config) as log:
        sites.add_site(operator_at(database, log), YARD, FACTS)
        for cp_id in cp_ids:
            sites.put(operator_at(database, log), cp_id, YARD)
