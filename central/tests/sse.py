"""Reading server-sent events off a streaming response."""

import json
from collections.abc import Iterator
from typing import Any

import httpx


def charges(response: httpx.Response) -> Iterator[dict[str, Any]]:
    """The charge object of each `charge` event."""
    event = ""
    for line in response.iter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            event = value
        elif name == "data":
            assert event == "charge", line
            yield json.loads(value)
