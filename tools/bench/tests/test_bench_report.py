"""The table shows every figure and what it is held against; the JSON says the same."""

import io
import json

import pytest
from rich.console import Console

from tools.bench import report
from tools.bench.figures import Figure, Yardstick

RATE = Figure(
    "frames through the bridge", "kafka", 7_643.4, "frames/s",
    (Yardstick("kafka-python alone, same bytes", 30_573.6), Yardstick("paho alone, QoS 1, acked", 3_821.7)),
)  # fmt: skip
MEMORY = Figure("memory of worker", "kafka", 86.62, "MB")


def test_table_fits_80_columns_and_shows_ratios() -> None:
    written = io.StringIO()
    Console(file=written, width=80).print(report.table("title", [RATE, MEMORY]))
    lines = [line.split() for line in written.getvalue().splitlines()]
    assert ["frames", "through", "the", "bridge", "kafka", "7,643", "frames/s"] in lines
    assert ["kafka-python", "alone,", "same", "bytes", "30,574", "frames/s", "0.25"] in lines
    assert ["paho", "alone,", "QoS", "1,", "acked", "3,822", "frames/s", "2.00"] in lines
    assert ["memory", "of", "worker", "kafka", "86.6", "MB"] in lines


@pytest.mark.parametrize(
    ("value", "text"), [(0.04, "0.0"), (-2.25, "-2.2"), (999.94, "999.9"), (1_234_567.8, "1,234,568")]
)
def test_shown(value: float, text: str) -> None:
    assert report.shown(value) == text


def test_json_holds_machine_and_figures() -> None:
    written = json.loads(report.as_json({"machine": "m1"}, {"frames": [RATE], "memory": [MEMORY]}))
    assert written["machine"] == {"machine": "m1"}
    frames, memory = written["figures"]
    assert frames["measurement"] == "frames"
    assert frames["value"] == 7_643.4
    assert [each["ratio"] for each in frames["beside"]] == pytest.approx([0.25, 2.0])
    assert memory == {
        "measurement": "memory", "what": "memory of worker", "log": "kafka", "value": 86.62, "unit": "MB", "beside": [],
    }  # fmt: skip
