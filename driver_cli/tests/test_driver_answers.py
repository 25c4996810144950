"""Whatever an API answers, a driver gets one line and no traceback."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driver_cli.api import answers, receipts
from driver_cli.api.errors import BadAnswer
from driver_cli.main import app
from driver_cli.tests.canned import Serve, answer, json_answer

COMMANDS = (
    "list", "history", "history --all", "receipt", "receipt 5f3c01aa", "stop", "charge cp_001", "register Ana",
)  # fmt: skip
POINT = {"cp_id": "cp_001", "status": "ACTIVE", "currency": "EUR"}
CHARGE = {"message_id": "m-1", "session_id": "s-1", "cp_id": "cp_001", "state": "completed"}
GARBAGE = (
    "{}", '{"charges": null}', '{"charges": 5, "charge_points": {}}', '{"charges": [null], "charge_points": [7]}',
    '{"driver_id": "drv 1"}', '{"driver_id": "\\ud800"}', '{"driver_id": ["drv_1"]}', '{"code": null}',
    '{"charges": [{"state": "completed"}], "charge_points": [{"cp_id": "cp_001"}]}',
    '{"charges": [' + "9" * 10_000 + "]}", '{"a": NaN}', '{"charges": [' + "[" * 100_000,
)  # fmt: skip
BAD_FIELDS = (
    {"cp_id": "a b"}, {"cp_id": "x" * 65}, {"cp_id": "\x9b"}, {"cp_id": None}, {"currency": "E" * 5000},
    {"price_per_kwh": "1e400"}, {"price_per_kwh": "1e-400"}, {"price_per_kwh": "NaN"}, {"price_per_kwh": "١٢x"},
    {"started_at": "0001-01-01T00:00:00Z", "last_connection_time": "0001-01-01T00:00:00Z"},
    {"started_at": "soon", "last_connection_time": "9999-12-31T23:59:59-14:00"}, {"power_w": 1 << 70},
    {"power_w": "many"}, {"power_w": 1.5}, {"power_w": True},
)  # fmt: skip


def ended(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as exit_:
        app(arguments)
    told = capsys.readouterr()
    assert "Traceback" not in told.err
    assert isinstance(exit_.value.code, int)
    return exit_.value.code, told.err


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


@pytest.mark.usefixtures("at_home")
@pytest.mark.parametrize("words", COMMANDS)
def test_garbage_is_one_line(serve: Serve, capsys: pytest.CaptureFixture[str], words: str):
    driver = [] if words.startswith("register") else ["--driver", "drv_1"]
    for garbage in GARBAGE:
        code, told = ended(capsys, "--api", serve(json_answer("200 OK", garbage)).url, *driver, *words.split())
        assert code == 3, (garbage[:80], told)
        assert told.count("\n") == 1


@pytest.mark.usefixtures("at_home")
@pytest.mark.parametrize("bad", BAD_FIELDS)
def test_field_out_of_bounds_is_one_line(serve: Serve, capsys: pytest.CaptureFixture[str], bad: dict[str, Any]):
    listed = json.dumps({"charge_points": [{**POINT, **bad}], "charges": [{**CHARGE, **bad}]})
    url = serve(json_answer("200 OK", listed)).url
    codes = {ended(capsys, "--api", url, "--driver", "drv_1", words)[0] for words in ("list", "history")}
    assert codes <= {0, 3}  # not every field is one of both
    assert 3 in codes


@pytest.mark.usefixtures("at_home")
def test_body_that_cannot_be_unpacked_is_one_line(serve: Serve, capsys: pytest.CaptureFixture[str]):
    packed = answer("200 OK", b"no gzip", "content-type: application/json", "content-encoding: gzip")
    code, told = ended(capsys, "--api", serve(packed).url, "list")
    assert (code, "sends what cannot be unpacked" in told) == (3, True)


@pytest.mark.usefixtures("at_home")
@pytest.mark.parametrize("host", ["a" * 64, "." * 9, "xn--a", "١٢", "a" * 300, "[::1%x]", "ー.．"])
def test_host_that_cannot_be_asked_for_is_one_line(capsys: pytest.CaptureFixture[str], host: str):
    code, told = ended(capsys, "--api", f"http://{host}", "list")
    assert code in {2, 3}
    assert told.count("\n") == 1


@pytest.mark.usefixtures("at_home")
def test_controls_in_names_are_escaped_in_json(serve: Serve, capsys: pytest.CaptureFixture[str]):
    point = {**POINT, "location": "a\x9b2J\x7f\u2028b"}
    url = serve(json_answer("200 OK", json.dumps({"charge_points": [point]}, ensure_ascii=False))).url
    with pytest.raises(SystemExit):
        app(["--json", "--api", url, "list"])
    told = capsys.readouterr().out
    assert "a\\u009b2J\\u007f\\u2028b" in told
    assert json.loads(told)["charge_points"] == [point]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = (*answers.Charge.__dataclass_fields__, *receipts.Receipt.__dataclass_fields__, "status", *answers.LIMITS)


@given(st.dictionaries(st.sampled_from(NAMES), JSON), st.sampled_from(["", "cp_001"]))
def test_any_object_is_understood_or_a_bad_answer(told: dict[str, Any], cp_id: str):
    whole = {**CHARGE, "driver_id": "d", "number": 1, **POINT, **told, **({"cp_id": cp_id} if cp_id else {})}
    for kind in (answers.Charge.of, answers.ChargePoint.of, receipts.Receipt.of):
        with suppress(BadAnswer):
            kind(whole)
