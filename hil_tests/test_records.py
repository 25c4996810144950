"""What a board finds on its flash that it did not write: of an older or newer firmware, damaged, or no file at all.

The plant's record of the relay tells whether it was right: nothing closes that should not, and a board lives on.
"""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chargepoint.delivery.storage import VERSION
from wire.frame import parse, payload_of
from wire.seal import CRC32

from hil_tests.benches.virtual import Bench

RECORDS = ("memory", "checkpoint", "resets", "reported", "journal/identity")
each_record = pytest.mark.parametrize("name", RECORDS)


def board_with_a_life(bench_of: Callable[..., Bench], tmp_path: Path) -> tuple[Bench, Path]:
    """It has charged, had a fault and a reset by its watchdog, and is without power: every record lies on its flash."""
    bench = bench_of()
    bench.charge("s1")
    bench.run(12_000)
    bench.world.fault("over_temperature", True)
    bench.until(lambda: bench.bridge.of("fault_notification"))
    bench.world.fault("over_temperature", False)
    bench.until(lambda: bench.bridge.of("recovery_notification"))
    bench.boards["both"].platform.bite()
    bench.power_off("both")
    bench.power_on("both")
    bench.until_registered()
    bench.until(lambda: not bench.boards["both"].journal.entries)
    bench.power_off("both")
    return bench, tmp_path / "both"


def seal(payload: bytes) -> bytes:
    return payload + b"*" + CRC32.tag(payload)


def change(file: Path, **fields: Any) -> None:
    payload = file.read_bytes().rpartition(b"*")[0]
    file.write_bytes(seal(payload_of({**parse(payload), **fields})))


def files(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def closures(bench: Bench) -> int:
    return len(bench.world.record.closures)


def lives_on(bench: Bench, session_id: str = "s2") -> None:
    bench.until(lambda: bench.engine.state == "idle")
    bench.run(11_000)
    before = closures(bench)
    bench.charge(session_id)
    bench.until(lambda: bench.world.relay.contact)
    bench.run(2000)
    bench.bridge.command("stop_charge", session_id=session_id, reason="driver")
    bench.until(lambda: [each for each in bench.bridge.of("charge_completion") if each["session_id"] == session_id])
    assert closures(bench) == before + 1
    assert not bench.world.relay.contact


@each_record
def test_record_tells_its_version(bench_of: Callable[..., Bench], tmp_path: Path, name: str):
    _, folder = board_with_a_life(bench_of, tmp_path)
    assert parse((folder / name).read_bytes().rpartition(b"*")[0])["v"] == VERSION


def test_records_without_a_version_are_read(bench_of: Callable[..., Bench], tmp_path: Path):
    bench, folder = board_with_a_life(bench_of, tmp_path)
    for name in RECORDS:
        payload = parse((folder / name).read_bytes().rpartition(b"*")[0])
        del payload["v"]
        (folder / name).write_bytes(seal(payload_of(payload)))
    epoch = parse((folder / "journal" / "identity").read_bytes().rpartition(b"*")[0])["epoch"]
    board = bench.power_on("both")
    assert board.journal.epoch == epoch
    assert bench.engine.meter.register_wh > 0
    bench.until(lambda: bench.engine.state == "idle")
    assert bench.refused("s1") == "already_ran"
    lives_on(bench)


@each_record
def test_newer_record_is_kept_untouched_and_the_board_stays_safe_and_says_so(
    bench_of: Callable[..., Bench], tmp_path: Path, name: str
):
    bench, folder = board_with_a_life(bench_of, tmp_path)
    change(folder / name, v=VERSION + 1, sessions="in another way")
    kept = (folder / name).read_bytes()
    journal = {path: data for path, data in files(folder).items() if path.startswith("journal")}
    before = closures(bench)
    for _ in range(2):
        bench.power_on("both")
        registered = bench.bridge.registrations
        bench.until(lambda before=registered: bench.bridge.registrations > before)
        bench.run(40_000)
        assert (bench.engine.state, bench.engine.faults) == ("safe", ["newer_records"])
        assert bench.boards["both"].journal.flash.newer == [name.rpartition("/")[2]]
        bench.power_off("both")
    bench.power_on("both")
    bench.run(20_000)
    if name.startswith("journal"):  # what is kept of it can be told by nothing but lossy messages
        assert {path: data for path, data in files(folder).items() if path.startswith("journal")} == journal
        bench.until(lambda: [m for m in bench.bridge.received if m["type"] == "heartbeat"][-1]["state"] == "safe")
    else:
        assert "newer_records" in [said["fault"] for said in bench.bridge.of("fault_notification")]
        bench.bridge.command("reset_fault")
        bench.run(10_000)
        assert bench.refused("s2") == "safe"
    assert bench.engine.state == "safe"
    assert (folder / name).read_bytes() == kept
    assert closures(bench) == before
    bench.power_off("both")
    change(folder / name, v=VERSION, sessions=[])  # the firmware that knows it is back
    bench.power_on("both")
    lives_on(bench)


@pytest.mark.parametrize("role", ["engine", "monitor"])
def test_newer_records_of_one_board_of_a_pair_keep_the_engine_safe(
    bench_of: Callable[..., Bench], tmp_path: Path, role: str
):
    bench = bench_of(split=True)
    bench.charge("s1")
    bench.run(12_000)
    bench.power_off(role)
    bench.run(7000)  # the link is lost
    change(tmp_path / role / "journal" / "identity", v=VERSION + 1)
    bench.power_on(role)
    bench.until(lambda: bench.bridge.of("charge_completion") or role == "engine")
    bench.run(60_000)
    assert bench.engine.state == "safe"
    assert not bench.world.relay.contact
    if role == "monitor":
        assert bench.refused("s2") == "safe"
    else:  # with no journal it has no answer to commands, and its monitor tells why
        assert "newer_records" in [said["fault"] for said in bench.bridge.of("fault_notification")]
    assert closures(bench) == 1
    bench.power_off(role)
    change(tmp_path / role / "journal" / "identity", v=VERSION)
    bench.power_on(role)
    bench.until(lambda: [told["session_id"] for told in bench.bridge.of("charge_completion")] == ["s1"])
    lives_on(bench, "s3")


def test_what_newer_firmware_has_not_got_acked_is_shown_so_that_flashing_is_refused(
    bench_of: Callable[..., Bench], tmp_path: Path
):
    bench, folder = board_with_a_life(bench_of, tmp_path)
    bench.bridge.acks = False
    bench.power_on("both")
    bench.until_registered()
    bench.run(11_000)
    bench.charge("s2")
    bench.run(1000)
    bench.power_off("both")
    change(folder / "journal" / "identity", v=VERSION + 1)
    waiting = files(folder / "journal")
    board = bench.power_on("both")
    bench.bridge.acks = True
    bench.run(20_000)
    assert [message["type"] for _, message in board.journal.above(0)].count("charge_started") == 1
    assert files(folder / "journal") == waiting, "neither said nor removed"


GARBAGE: dict[str, Callable[[random.Random], bytes]] = {
    "noise": lambda dice: dice.randbytes(300),
    "nothing": lambda dice: b"",
    "erased": lambda dice: b"\xff" * 300,
    "zeroes": lambda dice: bytes(300),
    "no object": lambda dice: seal(b"[1]"),
    "no JSON": lambda dice: seal(b"\xff{"),
    "no fields": lambda dice: seal(b"{}"),
    "wrong types": lambda dice: seal(
        b'{"seq":"x","answer":7,"sessions":{"a":1},"latched":3,"register_wh":"many","meter_id":4,"session":{"id":5},'
        b'"ages_s":["x"],"faults":"x","n":"x","epoch":7,"boot":"x","relay_operations":[],"v":"x"}'
    ),
}


@each_record
@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_in_a_record_costs_what_it_held_and_no_board(
    bench_of: Callable[..., Bench], tmp_path: Path, name: str, garbage: str
):
    bench, folder = board_with_a_life(bench_of, tmp_path)
    (folder / name).write_bytes(GARBAGE[garbage](random.Random(1)))
    before = closures(bench)
    bench.power_on("both")
    assert not bench.world.relay.contact
    lives_on(bench)
    assert closures(bench) == before + 1
    assert bench.bridge.problems == []


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_in_every_file(bench_of: Callable[..., Bench], tmp_path: Path, garbage: str):
    bench, folder = board_with_a_life(bench_of, tmp_path)
    bench.bridge.acks = False
    bench.power_on("both")
    bench.run(3000)
    bench.power_off("both")
    bench.bridge.acks = True
    for name in files(folder):
        (folder / name).write_bytes(GARBAGE[garbage](random.Random(1)))
    bench.power_on("both")
    lives_on(bench)


@pytest.mark.parametrize("name", [*RECORDS, "memory.tmp", "journal"])
def test_what_is_no_file_is_moved_out_of_the_way(bench_of: Callable[..., Bench], tmp_path: Path, name: str):
    """A folder where a file should be, or a file where the folder should be."""
    bench, folder = board_with_a_life(bench_of, tmp_path)
    place = folder / name
    if place.is_dir():
        place.rename(folder / "elsewhere")
        place.write_bytes(b"no folder")
    else:
        place.unlink(missing_ok=True)
        (place / "with").mkdir(parents=True)
    bench.power_on("both")
    lives_on(bench)


@pytest.mark.parametrize("name", [*(f"{each}.tmp" for each in RECORDS), "journal/7.json.tmp"])
def test_what_a_cut_write_left_is_cleared_at_the_start(bench_of: Callable[..., Bench], tmp_path: Path, name: str):
    bench, folder = board_with_a_life(bench_of, tmp_path)
    (folder / name).write_bytes(b"half")
    bench.power_on("both")
    assert not (folder / name).exists()
    lives_on(bench)
