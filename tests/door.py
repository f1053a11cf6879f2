"""The studio's door, asked without a network; behind it stands a program that answers everything."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from allaprima.app.studio.guard import Guard

ONE, OTHER = "1" * 32, "2" * 32
HOST = "127.0.0.1:7860"
JOIN = "/gradio_api/queue/join"


@dataclass
class Answer:
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]


class Behind:
    """What stands behind the door: it remembers who was let in, and tells of ``sent`` files when some are sent."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []
        self.bodies: list[bytes] = []
        self.sent: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.seen.append(scope)
        if scope["method"] == "POST":
            message = await receive()
            self.bodies.append(message["body"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        content = json.dumps(self.sent).encode()
        await send({"type": "http.response.body", "body": content[:1], "more_body": True})
        await send({"type": "http.response.body", "body": content[1:]})


def ask(guard: Guard, *what: Any, **more: Any) -> Answer:
    """As :func:`asked`, and wait for the answer."""
    return asyncio.run(asked(guard, *what, **more))


async def asked(
    guard: Guard, path: str = "/", method: str = "GET", key: str = "", body: object = b"", query: str = "",
    address: str = "127.0.0.1", **more: str,
) -> Answer:  # fmt: skip
    """What is answered to who asks from an ``address``. ``more`` are headers; one that is "-" is none."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"host": HOST} | ({"content-length": str(len(content))} if method == "POST" else {})
    headers |= {"cookie": f"allaprima={key}"} if key else {}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    scope = {
        "type": "http", "method": method, "path": path, "query_string": query.encode(), "client": (address, 1),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items() if value != "-"],
    }  # fmt: skip
    parts: Iterable[dict[str, Any]] = iter([
        {"type": "http.request", "body": content[:3], "more_body": True},
        {"type": "http.request", "body": content[3:], "more_body": False},
    ])  # fmt: skip
    answer = Answer()

    async def receive() -> dict[str, Any]:
        return next(parts, {"type": "http.disconnect"})  # type: ignore[call-overload, no-any-return]

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = [(name.decode(), value.decode()) for name, value in message["headers"]]
        else:
            answer.body += message.get("body", b"")

    await guard(scope, receive, send)
    return answer
