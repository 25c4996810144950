"""Ending a real process: by one signal, in threads and in asyncio; by a second one at once."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runtime.shutdown import Shutdown
from tools.testing.deadlines import DEADLINE_S

HEAD = """
import asyncio, time
from runtime.shutdown import Shutdown
ending = Shutdown()
ending.install()
"""
THREADS = HEAD + "print('ready', flush=True); ending.requested.wait(); print('ended')"
ASYNCIO = f"""{HEAD}
async def main():
    print('ready', flush=True)
    await ending.wait()
    print('ended')
asyncio.run(main())
"""
DEAF = f"""{HEAD}
print('ready', flush=True)
ending.requested.wait()
print('asked', flush=True)
while True:
    time.sleep(60)
"""


@contextmanager
def running(program: str) -> Generator[subprocess.Popen[str]]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("program", [THREADS, ASYNCIO], ids=["threads", "asyncio"])
def test_one_signal_ends_it_in_order(program: str, number: signal.Signals):
    with running(program) as process:
        process.send_signal(number)
        assert process.communicate(timeout=DEADLINE_S)[0] == "ended\n"
        assert process.returncode == 0


def test_second_signal_ends_it_at_once():
    with running(DEAF) as process:
        process.send_signal(signal.SIGTERM)
        assert process.stdout
        assert process.stdout.readline() == "asked\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=DEADLINE_S) == 128 + signal.SIGINT


def test_request_from_a_thread_reaches_every_waiter_also_a_late_one():
    ending = Shutdown()

    async def main() -> None:
        waiters = [asyncio.create_task(ending.wait()) for _ in range(3)]
        await asyncio.sleep(0)
        threading.Thread(target=ending.request).start()
        await asyncio.wait_for(asyncio.gather(*waiters), DEADLINE_S)
        await asyncio.wait_for(ending.wait(), DEADLINE_S)

    asyncio.run(main())
    assert ending.requested.is_set()


def test_request_after_a_waiter_s_loop_is_gone_harms_nobody():
    ending = Shutdown()

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ending.wait(), 0.001)

    asyncio.run(give_up())
    ending.request()
    assert ending.requested.is_set()
