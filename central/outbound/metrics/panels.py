"""The pictures of the dashboard: what each asks Prometheus. `tools/docs/grafana.py` writes Grafana's file from it."""

from typing import NamedTuple

# Grafana's names of units and kinds of pictures.
KWH, WATT, COUNT, PERCENT, MONEY = "kwatth", "watt", "short", "percentunit", "short"
SITE = 'site=~"$site"'


class Panel(NamedTuple):
    """`kind`: Grafana's. `queries`: (what a line is called, what is asked)."""

    title: str
    kind: str
    unit: str
    queries: tuple[tuple[str, str], ...]
    says: str


PANELS = (
    Panel("Charge points", "timeseries", COUNT, (("{{status}}", "sum by (status) (wattline_charge_points)"),),
          "By status; the sum is all that are registered."),
    Panel("Problems", "stat", COUNT, (("{{kind}}", "sum by (kind) (wattline_problems)"),),
          "What waits for a person: wattline-central list, held, parked, dead."),
    Panel("Charges that run", "timeseries", COUNT,
          (("charging", 'sum(wattline_sessions{state="in_progress"}) or vector(0)'),), "Sessions in progress."),
    Panel("Energy per day", "timeseries", KWH,
          (("{{site}}", f"sum by (site) (increase(wattline_energy_wh_total{{{SITE}}}[1d])) / 1000"),),
          "Billed energy, where charges ended."),
    Panel("Charges per day", "timeseries", COUNT,
          (("{{site}}", f"sum by (site) (increase(wattline_charges_total{{{SITE}}}[1d]))"),),
          "Charges with a receipt."),
    Panel("First-attempt success", "stat", PERCENT,
          (("{{site}}", f"wattline_first_attempt_success_ratio{{{SITE}}}"),), "Of this month's visits."),
    Panel("First attempts", "timeseries", COUNT,
          (("{{result}}", f"sum by (result) (wattline_first_attempts{{{SITE}}})"),), "Of this month's visits."),
    Panel("Utilisation", "timeseries", PERCENT, (("{{site}}", f"wattline_utilisation_ratio{{{SITE}}}"),),
          "Of this month."),
    Panel("Peak", "timeseries", WATT, (("{{site}}", f"wattline_peak_watts{{{SITE}}}"),),
          "Highest quarter-hour of this month."),
    Panel("Lost visits", "timeseries", COUNT, (("{{site}}", f"wattline_lost_visits{{{SITE}}}"),),
          "Failed and turned-away visits of this month."),
    Panel("Posts that meter low", "stat", COUNT,
          (("posts", f"sum(wattline_meters_low{{{SITE}}}) or vector(0)"),), "docs/figures.md says how they are found."),
    Panel("Answered 503", "timeseries", COUNT,
          (("requests", "increase(wattline_unavailable_requests_total[1h])"),), "Requests for a charge, by the hour."),
    Panel("Readers behind the log", "timeseries", COUNT,
          (("{{reader}}", "sum by (reader) (wattline_reader_lag_records)"),), "Records not read yet."),
    Panel("Outbox", "timeseries", COUNT, (("records", "wattline_outbox_records"),), "Records that wait for the log."),
    Panel("Log", "stat", COUNT, (("open", "wattline_log_open"),), "1 where the log can be reached."),
)  # fmt: skip
