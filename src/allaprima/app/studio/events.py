"""What somebody did on a page, as JSON that comes with a request (ASGI)."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any, TypeAlias

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]

LARGEST_EVENT = 6_000_000  # bytes


async def read_event(receive: Receive) -> Any:
    """What somebody did; None for what is no JSON."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        body.extend(message.get("body", b""))
        if message["type"] != "http.request" or len(body) > LARGEST_EVENT:
            return None
        more = message.get("more_body", False)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def again(told: dict[str, Any], receive: Receive) -> Receive:
    """What receives this, and then what comes."""
    messages = [{"type": "http.request", "body": json.dumps(told).encode(), "more_body": False}]

    async def received() -> Message:
        return messages.pop() if messages else await receive()

    return received


def paths_in(told: Any) -> Iterator[Any]:
    """All that are called a ``path``, as files are: Gradio would fetch whatever is there, also from the network."""
    waiting = [told]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield from ([one["path"]] if "path" in one else ())
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
