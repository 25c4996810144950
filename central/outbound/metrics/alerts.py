"""What Prometheus should call somebody for. `tools/docs/prometheus.py` writes its rules from it."""

from typing import NamedTuple


class Alert(NamedTuple):
    """`lasts`: how long it must hold, as Prometheus writes it. `says`: what happened; `do`: what to do."""

    name: str
    expression: str
    lasts: str
    severity: str
    says: str
    do: str


ALERTS = (
    Alert("WattlineApiDown", 'up{job="wattline"} == 0', "2m", "critical", "The API does not answer.",
          "Look at its log. Charges that run go on, and are billed."),
    Alert("WattlineLogAway", "wattline_log_open == 0", "2m", "critical", "The log cannot be reached.",
          "Start the broker. Boards keep what they have to say until then; requests are refused."),
    Alert("WattlineReaderBehind", "sum by (reader) (wattline_reader_lag_records) > 1000", "10m", "warning",
          "{{ $labels.reader }} has not read {{ $value }} records of the log.",
          "See that it runs, and what its log says."),
    Alert("WattlineOutboxFull", "wattline_outbox_records > 1000", "10m", "warning",
          "{{ $value }} records wait to be appended to the log.", "See that worker and log run."),
    Alert("WattlineFaults", 'wattline_problems{kind="fault"} > 0', "5m", "warning",
          "{{ $value }} faults are open.", "wattline-central list shows them."),
    Alert("WattlineParked", 'wattline_problems{kind="parked"} > 0', "1m", "critical",
          "{{ $value }} keys are parked: a fold failed.", "wattline-central parked shows why."),
    Alert("WattlineHeld", 'wattline_problems{kind="held"} > 0', "1h", "warning",
          "{{ $value }} sessions hold energy that nobody is billed for.", "wattline-central held shows them."),
    Alert("WattlineDisconnected", 'wattline_charge_points{status="DISCONNECTED"} > 0', "15m", "warning",
          "{{ $value }} charge points have not been heard.", "See to their power and network."),
    Alert("WattlineFirstAttempts",
          "wattline_first_attempt_success_ratio < 0.9 and on (site) sum by (site) (wattline_first_attempts) >= 20",
          "1h", "warning", "At {{ $labels.site }} {{ $value | humanizePercentage }} of first attempts succeed.",
          "wattline-central insight show --posts; then the posts' faults."),
    Alert("WattlineMetersLow", "wattline_meters_low == 1", "1h", "warning",
          "{{ $labels.post }} meters low, or gives less than its neighbours.",
          "Hold its meter against a reference, and see to its clamp."),
    Alert("WattlineUnavailable", "increase(wattline_unavailable_requests_total[15m]) > 0", "0m", "warning",
          "Requests for a charge were answered 503.", "See that log and database can be reached."),
    Alert("WattlineClocksApart", "abs(wattline_log_clock_ahead_seconds) > 5", "5m", "warning",
          "The log's clock is {{ $value }} s ahead of the worker's host.", "Put the hosts' clocks right (NTP)."),
)  # fmt: skip
