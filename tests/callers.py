"""What tests of the studio do over HTTP, as a browser would: send files, act on the page, hear what is told."""

import json
import socket
from typing import Any

import httpx


def event(client: httpx.Client, of: str, name: str) -> int:
    """The number of what happens when something is done to a part of the page."""
    page = client.get("/config").json()
    (part,) = [each["id"] for each in page["components"] if each["props"].get("elem_id") == of]
    return next(each["id"] for each in page["dependencies"] if [part, name] in each["targets"])  # type: ignore[no-any-return]


def untouched(client: httpx.Client, what: int) -> list[Any]:
    """What the controls say that are asked then, when nobody touched them."""
    page = client.get("/config").json()
    values = {each["id"]: each["props"].get("value") for each in page["components"]}
    return [values[part] for part in page["dependencies"][what]["inputs"]]


def do(client: httpx.Client, page: str, what: int, data: list[Any], told: object = None) -> list[dict[str, Any]]:
    """Let something happen on a page; what is told of it, until it is done."""
    asked = {"fn_index": what, "data": data, "event_data": told, "session_hash": page}
    assert client.post("/gradio_api/queue/join", json=asked).status_code == 200
    with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": page}) as answer:
        found = []
        for line in answer.iter_lines():
            if line.startswith("data: "):
                found.append(json.loads(line.removeprefix("data: ")))
                if found[-1]["msg"] in ("process_completed", "close_stream", "unexpected_error"):
                    break
    return found


def upload(client: httpx.Client, name: str, content: bytes) -> str:
    answer = client.post("/gradio_api/upload", files={"files": (name, content)})
    assert answer.status_code == 200
    return str(answer.json()[0])


def file(path: str, **more: object) -> dict[str, object]:
    return {"path": path, "orig_name": "a.png", "meta": {"_type": "gradio.FileData"}, **more}


class Trap:
    """Where nobody should call."""

    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self._door.settimeout(0.3)
        self.port = self._door.getsockname()[1]

    def __enter__(self) -> "Trap":
        return self

    def __exit__(self, *_: object) -> None:
        self._door.close()

    def calls(self) -> int:
        try:
            self._door.accept()[0].close()
        except TimeoutError:
            return 0
        return 1
