"""Blocking calls on threads that the process does not wait for when it ends (asyncio's own executor would)."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def detached(call: Callable[[], T]) -> T:
    """The call's result, or its exception. Cancelled, the call goes on by itself and its result is dropped."""
    loop = asyncio.get_running_loop()
    result: asyncio.Future[T] = loop.create_future()

    def settle(settling: Callable[[], None]) -> None:
        if not result.done():
            settling()

    def run() -> None:
        try:
            value = call()
        except Exception as error:  # noqa: BLE001 -- whatever it is, it belongs to the caller
            settling = _bind(result.set_exception, error)
        else:
            settling = _bind(result.set_result, value)
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, settling)

    threading.Thread(target=run, name="detached", daemon=True).start()
    return await result


def _bind(settle: Callable[[T], None], value: T) -> Callable[[], None]:
    return lambda: settle(value)
