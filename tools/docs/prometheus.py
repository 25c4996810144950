"""deploy/prometheus/wattline.rules.yml: the alert rules, from central/outbound/metrics/alerts.py."""

import json

from central.outbound.metrics.alerts import ALERTS, Alert

_HEAD = """\
# Alert rules of Wattline for Prometheus. Written by `make docs` from central/outbound/metrics/alerts.py; do not edit.
groups:
  - name: wattline
    rules:
"""


def rules() -> str:
    return _HEAD + "".join(_rule(alert) for alert in ALERTS)


def _rule(alert: Alert) -> str:
    """Texts are written as JSON strings, which are YAML too."""
    return f"""\
      - alert: {alert.name}
        expr: {json.dumps(alert.expression)}
        for: {alert.lasts}
        labels:
          severity: {alert.severity}
        annotations:
          summary: {json.dumps(alert.says)}
          description: {json.dumps(alert.do)}
"""
