"""Who follows a charge: the slow are never behind, one reading serves all, and an outage is outlived."""

import asyncio
import itertools
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest

from central.api import followers
from central.api.changes import AlwaysChanged, SqliteChanges
from central.api.followers import Follower, Followers
from central.views.charge import Charge, is_same
from central.views.queries import ChargeKey
from tools.testing.deadlines import DEADLINE_S

KEY: ChargeKey = ("ada", "r1")


class Charges:
    """What is read: each time one Wh more. `keys`: what was asked for, each time."""

    def __init__(self) -> None:
        self.keys: list[list[ChargeKey]] = []

    def __call__(self, keys: Sequence[ChargeKey]) -> dict[ChargeKey, Charge]:
        self.keys.append(list(keys))
        return {key: {"energy_wh": len(self.keys), "elapsed_s": 0} for key in keys}


def within_time(wanted: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        await asyncio.wait_for(wanted(), 2 * DEADLINE_S)

    asyncio.run(run())


async def newest(follower: Follower[Charge]) -> Charge:
    charge = await follower.next(DEADLINE_S)
    assert charge is not None
    return charge


def test_who_takes_nothing_holds_one_state_and_gets_the_newest() -> None:
    async def follow() -> None:
        read = Charges()
        everyone = Followers(read, is_same, AlwaysChanged)
        with everyone.follow(KEY) as quick, everyone.follow(KEY) as slow:
            while (await newest(quick))["energy_wh"] < 10:
                pass
            assert (await newest(slow))["energy_wh"] >= 10
        assert read.keys == [[KEY]] * len(read.keys)  # one charge is read, however many follow it

    within_time(follow)


def test_only_time_that_passes_is_no_news() -> None:
    async def follow() -> None:
        follower = Follower(is_same)
        for elapsed_s in range(3):
            follower.show({"energy_wh": 5, "elapsed_s": elapsed_s})
            assert (await follower.next(0.05) is not None) == (elapsed_s == 0)

    within_time(follow)


def test_a_database_that_cannot_be_asked_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "RETRY_S", 0.01)
    folder = tmp_path / "not there yet"

    async def follow() -> None:
        tries, tried_again = itertools.count(), asyncio.Event()

        def open_changes() -> SqliteChanges:
            if next(tries) == 2:
                tried_again.set()
            return SqliteChanges(str(folder / "central.db"))

        with Followers(Charges(), is_same, open_changes).follow(KEY) as follower:
            await tried_again.wait()
            folder.mkdir()
            assert (await newest(follower))["energy_wh"] == 1

    within_time(follow)


def test_a_mistake_in_reading_is_outlived(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(followers, "RETRY_S", 0.01)

    async def follow() -> None:
        read = Charges()

        def wrong_at_first(keys: Sequence[ChargeKey]) -> dict[ChargeKey, Charge]:
            told = read(keys)
            if len(read.keys) == 1:
                raise KeyError("a mistake")
            return told

        with Followers(wrong_at_first, is_same, AlwaysChanged).follow(KEY) as follower:
            assert (await newest(follower))["energy_wh"] >= 2
        assert "followers cannot be told" in caplog.text

    within_time(follow)


def test_nothing_is_read_for_nobody() -> None:
    async def follow() -> None:
        read = Charges()
        everyone = Followers(read, is_same, AlwaysChanged)
        before = asyncio.all_tasks()
        with everyone.follow(KEY) as follower:
            await newest(follower)
        reading = asyncio.all_tasks() - before
        assert reading
        await asyncio.gather(*reading)  # ends by itself
        with everyone.follow(KEY) as follower:
            await newest(follower)

    within_time(follow)
