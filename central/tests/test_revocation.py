"""Whose streams end, and whose do not."""

import asyncio
from collections.abc import Collection

from central.api.revocation import Revocation
from central.people.register import Person
from central.people.roles import ALL, OPERATOR
from tools.testing.deadlines import DEADLINE_S


def showing(sha256: str) -> Person:
    return Person("ops", OPERATOR, ALL, sha256)


def test_a_stream_that_begins_while_the_database_answers_goes_on() -> None:
    """The answer knows nothing of it, and is not about it."""

    async def watched() -> list[str]:
        loop = asyncio.get_running_loop()
        first, answered, second, over = (asyncio.Event() for _ in range(4))
        asked: list[set[str]] = []
        ended: list[str] = []

        def holding(hashes: Collection[str]) -> dict[str, None]:
            """In a thread."""
            asked.append(set(hashes))
            if len(asked) == 1:
                loop.call_soon_threadsafe(first.set)
                asyncio.run_coroutine_threadsafe(answered.wait(), loop).result(DEADLINE_S)
            elif len(asked) == 2:
                loop.call_soon_threadsafe(second.set)
            else:
                return {}
            return dict.fromkeys(hashes)

        def end(name: str) -> None:
            ended.append(name)
            if len(ended) == 2:
                over.set()

        revocation = Revocation(holding)
        with revocation.watch(showing("early"), lambda: end("early")):
            await first.wait()
            with revocation.watch(showing("late"), lambda: end("late")):
                answered.set()
                await second.wait()
                assert ended == []
                await over.wait()
        assert asked[:3] == [{"early"}, {"early", "late"}, {"early", "late"}]
        return sorted(ended)

    assert asyncio.run(asyncio.wait_for(watched(), DEADLINE_S)) == ["early", "late"]
