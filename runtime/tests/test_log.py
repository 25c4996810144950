"""Log lines: their shape, their session, and that a stranger cannot forge one."""

import asyncio
import io
import logging
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime import log

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG|INFO|WARNING|ERROR) bridge \S+ .*")


@pytest.fixture
def root_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def lines_of(debug: bool) -> list[str]:
    stream = io.StringIO()
    log.set_up("bridge", debug=debug, stream=stream)
    logger = logging.getLogger("bridge.forward")
    for say in (logger.debug, logger.info, logger.warning, logger.error):
        say("says %d", 1)
    return stream.getvalue().splitlines()


@pytest.mark.usefixtures("root_as_before")
@pytest.mark.parametrize(("debug", "count"), [(False, 3), (True, 4)])
def test_debug_mode_adds_the_level_debug(debug: bool, count: int):
    lines = lines_of(debug)
    assert len(lines) == count
    assert all(LINE.fullmatch(line) for line in lines)


@pytest.mark.usefixtures("root_as_before")
def test_setting_up_again_doubles_no_line():
    lines_of(debug=True)
    assert len(lines_of(debug=True)) == 4


def complaint(library: str, at_s: float, line: int = 1) -> logging.LogRecord:
    record = logging.LogRecord(library, logging.ERROR, "net.py", line, "lost %s", ("x",), None)
    record.created = at_s
    return record


@pytest.mark.usefixtures("root_as_before")
def test_library_that_repeats_itself_is_heard_once_a_minute_with_the_count():
    stream = io.StringIO()
    log.set_up("bridge", debug=False, stream=stream)
    (handler,) = logging.getLogger().handlers
    for second in range(100):
        handler.handle(complaint("kafka.net.connection", 1_000.0 + second))
    handler.handle(complaint("kafka.net.connection", 1_100.0, line=2))
    for second in range(3):
        handler.handle(complaint("bridge.forward", 1_000.0 + second))
    assert [line.split(" ", 3)[3] for line in stream.getvalue().splitlines()] == [
        "kafka.net.connection lost x",
        "kafka.net.connection lost x (59 more like it before)",
        "kafka.net.connection lost x",
        *["bridge.forward lost x"] * 3,
    ]


@pytest.mark.usefixtures("root_as_before")
def test_debug_mode_hears_every_repetition():
    stream = io.StringIO()
    log.set_up("bridge", debug=True, stream=stream)
    (handler,) = logging.getLogger().handlers
    for second in range(5):
        handler.handle(complaint("kafka.net.connection", 1_000.0 + second))
    assert len(stream.getvalue().splitlines()) == 5


def line_of(message: str, *, exc_info: bool = False, **extra: object) -> str:
    record = logging.LogRecord("central.fold", logging.INFO, "f.py", 1, message, None, None)
    record.__dict__.update(extra)
    if exc_info:
        try:
            raise ValueError(message)
        except ValueError as error:
            record.exc_info = (ValueError, error, error.__traceback__)
    return log.LineFormatter("bridge").format(record)


def test_session_is_on_each_line_of_a_charge_and_on_no_other():
    with log.session("s-1"):
        assert " central.fold session=s-1 text" in line_of("text")
        with log.session("s-2"):
            assert "session=s-2" in line_of("text")
        assert "session=s-1" in line_of("text")
    assert "session" not in line_of("text")
    assert "session=s-3" in line_of("text", session="s-3")


def test_session_of_one_task_is_not_another_s():
    async def charge(session_id: str, turn: asyncio.Event, other: asyncio.Event) -> str:
        with log.session(session_id):
            turn.set()
            await other.wait()
            return line_of("text")

    async def both() -> tuple[str, str]:
        first, second = asyncio.Event(), asyncio.Event()
        return await asyncio.gather(charge("s-1", first, second), charge("s-2", second, first))

    first, second = asyncio.run(both())
    assert "session=s-1" in first
    assert "session=s-2" in second


@given(st.text())
def test_no_message_makes_a_second_line(message: str):
    assert len(line_of(message).splitlines()) == 1
    assert all(line.startswith("    ") for line in line_of(message, exc_info=True).splitlines()[1:])
