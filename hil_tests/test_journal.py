"""The journal and its outbox: every message arrives in the end, no number twice, the window is never passed."""

import random
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from chargepoint.delivery.journal import ROOM_FOR_A_CHARGE, Journal
from chargepoint.delivery.outbox import Outbox
from chargepoint.delivery.storage import Storage
from chargepoint.settings import SettingError
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from wire.frame import parse
from wire.ids import WINDOW
from wire.ids import parse as parse_id

CP = {"cp_id": "cp_1"}
KINDS = (
    "meter_checkpoint", "status_notification", "command_response", "register_request", "fault_notification",
    "recovery_notification", "charge_started", "charge_completion",
)
RESEND_MS = 5000
REPLACED = ("meter_checkpoint",)


def open_journal(folder: Path, seed: int = 1) -> Journal:
    return Journal(Storage(str(folder)), "b", "cp_1", random.Random(seed).randbytes)


def append(journal: Journal, kind: str = "charge_started", **fields: object) -> int | None:
    return journal.append(kind, {**CP, **fields}, {})


class JournalLife(RuleBasedStateMachine):
    """A board whose line loses messages at random, and whose power fails at random."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.given: dict[int, str] = {}  # n -> what was journaled under it last
        self.logged: dict[int, list[str]] = {}  # n -> every content that reached the log, oldest first
        self.lost_acks: list[int] = []
        self.now = 0
        self.count = 0
        self.epoch = ""
        self._boot()

    def teardown(self) -> None:
        self._drain()
        missing = [n for n in self.given if n not in self.logged]
        assert missing == [], "a message never arrived"
        for n, content in self.given.items():
            assert self.logged[n] == [content], "a number stood for two messages, or what arrived was not the last"
        assert sorted(self.given) == list(range(1, len(self.given) + 1)), "a number is missing"
        shutil.rmtree(self.folder)

    @rule(kind=st.sampled_from(KINDS))
    def append(self, kind: str) -> None:
        self.count += 1
        content = f"{kind} {self.count}"
        n = append(self.journal, kind, text=content)
        if n is not None:
            if n in self.given:
                assert self.given[n].split()[0] == kind
                assert kind in REPLACED
            self.given[n] = content

    @rule(accepted=st.booleans())
    def connect(self, accepted: bool) -> None:
        self.outbox.close()
        self.outbox.send_registration(self.now, self._line(1.0))
        if accepted:
            self.outbox.open()

    @rule(reaches=st.sampled_from([0.0, 0.3, 1.0]), acked=st.sampled_from([0.0, 0.5, 1.0]), ms=st.integers(0, 9000))
    def send(self, reaches: float, acked: float, ms: int) -> None:
        self.now += ms
        fresh: list[int] = []
        self.outbox.step(self.now, self._line(reaches, fresh))
        dice = random.Random(self.count)
        acks = [n for n in fresh if dice.random() < acked]
        self.lost_acks += [n for n in fresh if n not in acks]
        dice.shuffle(acks)
        self._ack(acks)

    @precondition(lambda self: self.lost_acks)
    @rule()
    def ack_late(self) -> None:
        self._ack(self.lost_acks[::2])

    @rule()
    def reboot(self) -> None:
        self._boot()

    @invariant()
    def window_holds(self) -> None:
        unacked = [entry.n for entry in self.journal.entries]
        assert len(unacked) <= WINDOW
        if unacked:
            assert max(self.given) - min(unacked) < WINDOW
            assert unacked == sorted(set(unacked))

    def _boot(self) -> None:
        self.journal = open_journal(self.folder, self.count)
        assert self.epoch in ("", self.journal.epoch)
        self.epoch = self.journal.epoch
        self.outbox = Outbox(self.journal, RESEND_MS)

    def _line(self, reaches: float, fresh: list[int] | None = None) -> Callable[[bytes], bool]:
        """A line on which this share of the messages reaches the log."""
        dice = random.Random(self.now)

        def send(payload: bytes) -> bool:
            message = parse(payload)
            number = parse_id(str(message["message_id"]))
            assert number is not None
            assert number[2] is not None
            if dice.random() < reaches:
                contents = self.logged.setdefault(number[2], [])
                if message["text"] not in contents:
                    contents.append(str(message["text"]))
                if fresh is not None:
                    fresh.append(number[2])
            return True

        return send

    def _ack(self, numbers: list[int]) -> None:
        self.outbox.take_ack({"board": "b", "epoch": self.epoch, "n": numbers})

    def _drain(self) -> None:
        """Finally a good line. Each checkpoint waits for the one before it, so this takes a few rounds."""
        self.outbox.open()
        for _ in range(WINDOW + 1):
            self.now += 10_000
            self.send(1.0, 1.0, 0)
        assert self.journal.entries == []


JournalLife.TestCase.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
TestJournalLife = JournalLife.TestCase


def test_new_flash_has_an_epoch_of_its_own_and_counts_from_1(tmp_path: Path):
    one, other = open_journal(tmp_path / "a", 1), open_journal(tmp_path / "b", 2)
    assert one.epoch != other.epoch
    assert append(one) == append(other) == 1
    assert [open_journal(tmp_path / "a").boot for _ in range(3)] == [2, 3, 4]


def test_number_goes_on_when_everything_was_acked(tmp_path: Path):
    journal = open_journal(tmp_path)
    for n in range(1, 6):
        assert append(journal) == n
    journal.ack(journal.epoch, [1, 2, 3, 4, 5])
    assert journal.entries == []
    again = open_journal(tmp_path)
    assert again.entries == [], "what was acked is not said again"
    assert append(again) == 6
    assert {each.name for each in tmp_path.iterdir()} == {"identity", "6.json"}


def test_acks_of_another_epoch_or_of_unknown_numbers_change_nothing(tmp_path: Path):
    journal = open_journal(tmp_path)
    append(journal)
    journal.ack("0" * 16, [1])
    journal.ack(journal.epoch, [2, 99, 0])
    assert [entry.n for entry in journal.entries] == [1]


def test_full_journal_refuses_the_lesser_first_and_keeps_room_for_a_charge(tmp_path: Path):
    journal = open_journal(tmp_path)
    while append(journal, "status_notification") is not None:
        pass
    assert journal.refused == {"status_notification": 1}
    assert journal.room_for_a_charge()
    while append(journal, "fault_notification", id="cp_1") is not None:
        pass
    assert not journal.room_for_a_charge()
    assert ROOM_FOR_A_CHARGE <= journal.span() < WINDOW
    for kind in ("charge_started", "command_response", "charge_completion", "register_request"):
        assert append(journal, kind) is not None, kind


def test_unsent_checkpoint_is_replaced_under_its_number_and_a_sent_one_is_not(tmp_path: Path):
    journal = open_journal(tmp_path)
    outbox = Outbox(journal, RESEND_MS)
    assert append(journal, "meter_checkpoint", register_wh=1) == 1
    assert append(journal, "meter_checkpoint", register_wh=2) == 1
    outbox.open()
    sent: list[bytes] = []
    outbox.step(0, lambda payload: sent.append(payload) or True)
    assert parse(sent[0])["register_wh"] == 2
    assert append(journal, "meter_checkpoint", register_wh=3) == 2
    assert append(journal, "meter_checkpoint", register_wh=4) == 2
    outbox.step(1, lambda payload: sent.append(payload) or True)
    assert len(sent) == 1, "while one is under way the next can still be replaced"


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe\x00", b'{"type":"gap"}*00000000'])
def test_damaged_file_is_announced_by_a_gap_and_numbers_go_on(tmp_path: Path, damage: bytes):
    journal = open_journal(tmp_path)
    for _ in range(5):
        append(journal)
    for n in (2, 3, 5):
        (tmp_path / f"{n}.json").write_bytes(damage)
    (tmp_path / "8.json.tmp").write_bytes(b"half")
    again = open_journal(tmp_path)
    gaps = [(m["from"], m["to"]) for m in (parse(entry.payload) for entry in again.entries) if m["type"] == "gap"]
    assert gaps == [(2, 3), (5, 5)]
    assert append(again) == 8
    assert {each.name for each in tmp_path.iterdir()} == {"identity"} | {f"{n}.json" for n in (1, 4, 6, 7, 8)}
    assert [entry.n for entry in open_journal(tmp_path).entries] == [1, 4, 6, 7, 8]


def test_epoch_survives_the_loss_of_its_file(tmp_path: Path):
    journal = open_journal(tmp_path)
    append(journal)
    (tmp_path / "identity").write_bytes(b"torn")
    again = open_journal(tmp_path, seed=9)
    assert (again.epoch, append(again)) == (journal.epoch, 2)


@pytest.mark.parametrize(("board", "cp_id"), [("other", "cp_1"), ("b", "cp_9")])
def test_flash_of_another_board_or_charge_point_is_refused_and_kept(tmp_path: Path, board: str, cp_id: str):
    """Its messages have another board's id. No bridge would ack them, and they would fill the journal for ever."""
    append(open_journal(tmp_path))
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    with pytest.raises(SettingError, match=r"state_dir.*board b of cp_1.*expected"):
        Journal(Storage(str(tmp_path)), board, cp_id, random.Random(1).randbytes)
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == before
    assert open_journal(tmp_path).boot == 2


def test_files_of_others_in_the_folder_are_left_alone(tmp_path: Path):
    (tmp_path / "report.tmp").write_text("somebody's")
    append(open_journal(tmp_path))
    assert (tmp_path / "report.tmp").read_text() == "somebody's"


def test_flash_that_lost_everything_begins_a_new_epoch(tmp_path: Path):
    journal = open_journal(tmp_path)
    append(journal)
    for file in tmp_path.iterdir():
        file.write_bytes(b"torn")
    again = open_journal(tmp_path, seed=9)
    assert again.epoch != journal.epoch
    assert again.entries == []
    assert append(again) == 1
    assert not any(file.read_bytes() == b"torn" for file in tmp_path.iterdir())
