"""deploy/grafana/wattline.json: the dashboard for Grafana, from central/outbound/metrics/panels.py."""

import json
from typing import Any

from central.outbound.metrics.panels import PANELS, Panel

SCHEMA_VERSION = 39
COLUMNS, HEIGHT = 3, 8
WIDTH = 24 // COLUMNS
SOURCE = {"type": "prometheus", "uid": "${source}"}


def dashboard() -> str:
    board = {
        "title": "Wattline",
        "uid": "wattline",
        "schemaVersion": SCHEMA_VERSION,
        "editable": True,
        "refresh": "1m",
        "time": {"from": "now-7d", "to": "now"},
        "timezone": "browser",
        "templating": {"list": [_source(), _sites()]},
        "panels": [_panel(number, panel) for number, panel in enumerate(PANELS)],
    }
    return json.dumps(board, indent=2) + "\n"


def _source() -> dict[str, Any]:
    return {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}


def _sites() -> dict[str, Any]:
    return {
        "name": "site",
        "label": "Site",
        "type": "query",
        "datasource": SOURCE,
        "query": "label_values(wattline_energy_wh_total, site)",
        "includeAll": True,
        "allValue": ".*",
        "multi": True,
        "refresh": 2,
        "current": {"text": "All", "value": "$__all"},
    }


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(number, COLUMNS)
    return {
        "id": number + 1,
        "title": panel.title,
        "description": panel.says,
        "type": panel.kind,
        "datasource": SOURCE,
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + place), "datasource": SOURCE, "expr": query, "legendFormat": legend}
            for place, (legend, query) in enumerate(panel.queries)
        ],
    }
