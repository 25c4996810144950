"""What the bench puts into the log is what the system would have put there."""

from collections import Counter

from wire.check import check
from wire.frame import Decoder, parse, payload_of
from wire.kinds import CP, DRIVER, TELEMETRY
from wire.kinds.log import KINDS
from wire.seal import CRC32

from central.fold.apply import apply
from central.model.records import Incoming
from central.model.terms import Terms
from central.reading.admit import admit
from central.tests.memory_rows import MemoryRows
from eventlog import Record
from tools.bench import fleet, mixture

NOW_MS = 1_750_000_000_000
CHARGES = 7
CHARGE_POINTS = 3


def records() -> list[Record]:
    found: list[Record] = []
    for message, by in mixture.letters(CHARGE_POINTS, CHARGES, NOW_MS):
        kind = KINDS[str(message["type"])]
        headers = {"by": by.encode()}
        found.append(Record(kind.topic, 0, len(found), str(message[kind.key]), payload_of(message), headers, NOW_MS))
    return found


def admitted() -> list[Incoming]:
    verdicts = [admit(record, NOW_MS) for record in records()]
    incoming = [verdict for verdict in verdicts if isinstance(verdict, Incoming)]
    assert len(incoming) == len(verdicts)
    return incoming


def test_every_record_is_admitted_and_counts_agree() -> None:
    incoming = admitted()
    kinds = Counter(each.message["type"] for each in incoming)
    assert kinds["register_request"] == kinds["link_up"] == CHARGE_POINTS
    for kind in ("charge_request", "charge_claimed", "command_response", "charge_started", "charge_completion"):
        assert kinds[kind] == CHARGES
    assert kinds["charging_data"] == CHARGES * mixture.LIVE_FIGURES
    assert {each.topic for each in incoming} == {CP, DRIVER, TELEMETRY}


def test_folded_in_its_order_nothing_is_refused_and_no_claim_is_new() -> None:
    rows = MemoryRows()
    terms = Terms(plant_speed=10_000)
    said: list[tuple[str, str]] = []
    for incoming in admitted():
        outgoing = apply(rows.of(incoming.key), incoming, terms)
        said += [(str(each.message["type"]), str(each.message["message_id"])) for each in outgoing]
    claims = {str(each.message["message_id"]) for each in admitted() if each.message["type"] == "charge_claimed"}
    assert {message_id for kind, message_id in said if kind == "charge_claimed"} == claims
    assert Counter(kind for kind, _ in said)["ticket"] == CHARGES


def test_fleet_says_what_the_wire_admits() -> None:
    scripts = fleet.scripts(boards=3, frames=10)
    assert [len(script.messages) for script in scripts] == [3, 3, 3]
    for script in scripts:
        payloads = Decoder(CRC32).feed(b"".join(script.frames))
        assert [parse(payload)["message_id"] for payload in payloads] == [
            f"{script.board}.{fleet.EPOCH}.{n}" for n in range(1, 5)
        ]
        assert all(check(parse(payload)) is None for payload in payloads)
        assert payloads[1:] == [payload_of(message) for message in script.messages]
