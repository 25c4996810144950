"""Live figures are made from a template: the same bytes as any other message of their kind."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from chargepoint.engine.telemetry import Telemetry
from wire.check import check
from wire.frame import parse, payload_of

from hil_tests.benches.virtual import Bench


@pytest.mark.parametrize("session_id", [None, "3f2504e0-4f89-11d3-9a0c-0305e82c3301"])
@pytest.mark.parametrize("temperature_mc", [None, -12500, 0, 71000])
@pytest.mark.parametrize("stamp", [{"uptime_ms": 5, "boot": 1}, {"occurred_at_ms": 1_800_000_000_000}])
def test_template_gives_what_the_table_of_kinds_gives(
    session_id: str | None, temperature_mc: int | None, stamp: dict[str, int]
):
    meter = SimpleNamespace(meter_id="b-1", register_wh=10_000_000, power_w=-5, current_ma=16_000, voltage_mv=230_000)
    engine = SimpleNamespace(
        state="charging", meter=meter, session_id=lambda: session_id, session_energy_wh=lambda: 1234,
        current_limit=lambda: (10_000, "central"),
    )
    settings = SimpleNamespace(cp_id="cp_1", telemetry_interval_ms=1000)
    sender = SimpleNamespace(
        journal=SimpleNamespace(lossy_id=lambda: "b-1.0123456789abcdef.t7"), clock=SimpleNamespace(stamp=lambda: stamp)
    )
    platform = SimpleNamespace(temperature_mc=lambda: temperature_mc)
    sent: list[bytes] = []
    Telemetry(settings, engine, platform, sender, lambda payload: sent.append(payload) or True).step(0)
    (payload,) = sent
    message = parse(payload)
    assert check(message) is None
    assert payload_of(message) == payload
    assert message.get("session_id") == session_id
    assert message.get("temperature_mc") == temperature_mc
    assert (message["limit_ma"], message["limit_reason"]) == (10_000, "central")
    assert {name: message[name] for name in stamp} == stamp


def test_figures_of_a_charge_are_in_bounds(bench_of: Callable[..., Bench]):
    bench = bench_of(presence="none")
    bench.charge("s1")
    bench.run(10_000)
    told = [m for m in bench.bridge.received if m["type"] == "charging_data" and m["state"] == "charging"]
    assert len(told) >= 9
    assert bench.bridge.problems == []
