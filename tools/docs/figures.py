"""docs/figures.md: what each figure means, from the tables of central/outbound/insight."""

from central.outbound.insight.attempts import REFUSALS
from central.outbound.insight.figures import FIGURES
from central.outbound.metrics.table import METRICS
from tools.docs.markdown import table

_INTRO = """# Figures

*Written from the tables of the code by `make docs`; do not edit.*

What charges say once they are added up. `wattline-central insight` reads the log into a database of figures
(`INSIGHT_DB_PATH`), which can be deleted and made anew; `wattline-central insight show` shows a month or a day of each
site, by the site's own calendar, `--posts` that of each charge point, `--json` and `--csv` with exact numbers.

Quarter-hours begin at :00, :15, :30 and :45. They are kept for `INSIGHT_QUARTERS_DAYS`; days and months are their sums
and are kept for ever. A quarter-hour lies in the day that the site's clocks show, so the days of the clock change have
23 and 25 hours.
"""
_REFUSED = """
## Refusals that are no failure of the site

Every other reason of docs/reasons.md for which there is no charge is a failed attempt.

"""
_METRICS = """
## Metrics

`GET /metrics` of the API, in Prometheus's text format, for a token that may see everything (an auditor's, scope
`read`). No label names a driver; figures are made anew every two minutes. `deploy/prometheus/` has the scrape and the
alert rules, `deploy/grafana/wattline.json` the dashboard.

"""


def page() -> str:
    parts = [_INTRO]
    for figure in FIGURES:
        what_of = " and ".join(
            name for name, of in (("sites", figure.of_site), ("charge points", figure.of_post)) if of is not None
        )
        parts.append(
            f"\n## {figure.title}\n\n`{figure.name}`, {figure.unit}; of {what_of}.\n\n{figure.definition}\n\n"
            f"- From: {figure.source}.\n- Left out: {figure.left_out}\n"
        )
    meanings = {"turned_away": "turned away", "own_cause": "the driver's own cause"}
    rows = [(f"`{reason}`", meanings[verdict]) for reason, verdict in REFUSALS.items()]
    return "".join([*parts, _REFUSED, table(("reason", "counts as"), rows), _METRICS, _metrics()])


def _metrics() -> str:
    rows = [
        (f"`{metric.name}`", metric.kind, ", ".join(f"`{label}`" for label in metric.labels), metric.help)
        for metric in METRICS
    ]
    return table(("metric", "kind", "labels", "what it is"), rows)
