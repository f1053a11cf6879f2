"""The door in front of the studio: who may ask it what. Behind it stands a program that answers everything."""

import asyncio
import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from allaprima.app.studio.guard import HEADERS, KEY, LARGEST_EVENT, MOST_PAGES, MOST_SENT, Guard
from allaprima.app.studio.visitors import is_key

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


def ask(
    guard: Guard, path: str = "/", method: str = "GET", key: str = "", body: object = b"", query: str = "", **more: str
) -> Answer:
    """``more`` are headers; one that is "-" is none."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"host": HOST} | ({"content-length": str(len(content))} if method == "POST" else {})
    headers |= {"cookie": f"allaprima={key}"} if key else {}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    scope = {
        "type": "http", "method": method, "path": path, "query_string": query.encode(),
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

    asyncio.run(guard(scope, receive, send))
    return answer


@pytest.fixture
def behind() -> Behind:
    return Behind()


@pytest.fixture
def guard(behind: Behind) -> Guard:
    return Guard(behind, {"127.0.0.1", "localhost", "[::1]"})


@pytest.mark.parametrize(("host", "status"), [
    ("127.0.0.1", 200), ("127.0.0.1:1", 200), ("LOCALHOST:7860", 200), ("[::1]:7860", 200), ("[::1]", 200),
    ("evil.example", 403), ("127.0.0.1.evil.example", 403), ("evil.example:127.0.0.1", 403), ("-", 403), ("", 403),
    ("localhost@evil.example", 403), ("0.0.0.0:7860", 403),
])  # fmt: skip
def test_known_by_its_names_alone(host: str, status: int, guard: Guard, behind: Behind) -> None:
    """Another site's name may lead here, too, and its pages could read all that is answered."""
    assert ask(guard, host=host).status == status and len(behind.seen) == (status == 200)


def test_any_name_where_others_come_in(behind: Behind) -> None:
    assert ask(Guard(behind), host="studio.example").status == 200


@pytest.mark.parametrize(("origin", "status"), [
    (f"http://{HOST}", 200), ("-", 200), ("http://evil.example", 403), ("http://127.0.0.1:8000", 403), ("null", 403),
    (f"http://evil.example/{HOST}", 403), ("", 403), (f"http://{HOST}.evil.example", 403),
])  # fmt: skip
def test_used_from_its_own_pages_alone(origin: str, status: int, guard: Guard) -> None:
    for method, path in (("GET", "/"), ("POST", "/gradio_api/upload"), ("GET", "/works/a/b")):
        assert ask(guard, path, method, origin=origin).status == status


def basic(text: str | bytes) -> str:
    return "Basic " + base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


@pytest.mark.parametrize(("told", "status"), [
    (basic("me:sésame: x"), 200), (basic(":sésame: x"), 200), (basic("me:sésame: x").replace("B", "b", 1), 200),
    ("-", 401), ("", 401), (basic("me:"), 401), (basic("me:sésame"), 401), (basic("sésame: x"), 401),
    (basic(b"me:s\xff"), 401), ("Basic !!!", 401), ("Basic \xe9", 401), ("Basic", 401),
    (basic("me:sésame: x").replace("Basic", "Bearer"), 401), (basic("me:sésame: x\0"), 401),
])  # fmt: skip
def test_password(told: str, status: int, behind: Behind) -> None:
    guard = Guard(behind, None, "sésame: x")
    for path in ("/", "/enter/" + ONE, "/gradio_api/upload", "/nothing"):
        answer = ask(guard, path, authorization=told)
        assert answer.status == (404 if status == 200 and path == "/nothing" else status)
        assert bool(answer.all("www-authenticate")) == (status == 401)
        assert status == 200 or answer.body == b"The studio asks for a password; any name will do.\n"


def test_a_browser_gets_a_key_once(guard: Guard, behind: Behind) -> None:
    (cookie,) = ask(guard).all("set-cookie")
    name, _, rest = cookie.partition("=")
    key, *how = rest.split("; ")
    assert name == "allaprima" and is_key(key) and behind.seen[-1][KEY] == key
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} < set(how)
    assert ask(guard, key=key).all("set-cookie") == [] and behind.seen[-1][KEY] == key
    for wrong in ("short", "../" + "a" * 29, '"' + "a" * 31, "a;b=c", "\xff" * 32, "a" * 33):
        (other,) = ask(guard, cookie=f"x=y; allaprima={wrong}").all("set-cookie")
        assert behind.seen[-1][KEY] in other and key not in other
    assert ask(guard, cookie=f"a=b; allaprima={ONE}; c=d").all("set-cookie") == []


def test_every_answer_is_told_how_to_be_taken(guard: Guard, behind: Behind) -> None:
    locked = Guard(behind, None, "word")
    answers = [ask(guard), ask(guard, host="x"), ask(guard, "/x"), ask(locked), ask(guard, JOIN, "POST", body=b"{")]
    assert [answer.status for answer in answers] == [200, 403, 404, 401, 400]
    for answer in answers:
        for name, value in HEADERS.items():
            assert answer.all(name) == [value]


SHUT = [
    "/gradio_api/info", "/gradio_api/info/", "/gradio_api/call/on_file", "/gradio_api/call/v2/x", "/gradio_api/run/x",
    "/gradio_api/api/x", "/gradio_api/proxy=http://127.0.0.1:1/", "/gradio_api/file/etc/passwd",
    "/gradio_api/stream/a/b/c/playlist.m3u8", "/gradio_api/component_server", "/gradio_api/queue/status",
    "/gradio_api/runs", "/gradio_api/run-history/records", "/gradio_api/deep_link", "/gradio_api/openapi.json",
    "/gradio_api/custom_component/a/b/c/d", "/gradio_api/process_recording", "/gradio_api/vibe-edit",
    "/gradio_api/vibe-code", "/gradio_api/dev/reload", "/gradio_api/token", "/gradio_api/user",
    "/gradio_api/profiling/traces", "/gradio_api/mcp", "/gradio_api/mcp/sse", "/gradio_api", "/gradio_api/",
    "/gradio_api/heartbeat/", "/gradio_api/heartbeat/a/b", "/gradio_api/queue/join/x", "/gradio_api/uploads",
    "/gradio_api/upload/x", "/monitoring", "/monitoring/summary", "/runs", "/docs", "/redoc", "/openapi.json", "/login",
    "/logout", "/pwa_icon", "/user", "/token", "/info", "/call/x", "/queue/join", "/proxy=http://127.0.0.1",
    "/file=/etc/passwd", "/file/x", "//etc/passwd", "/.", "/..", "/index.html", "/x", "/work", "/works", "/passing",
    "/enter",
]  # fmt: skip


@pytest.mark.parametrize("path", SHUT)
def test_there_is_no_other_door(path: str, guard: Guard, behind: Behind) -> None:
    for method in ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE"):
        assert ask(guard, path, method, key=ONE).status == 404
    assert not behind.seen


def test_nothing_else_than_pages_is_spoken(guard: Guard, behind: Behind) -> None:
    sent: list[Any] = []

    async def knock() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await guard({"type": "websocket", "path": "/", "headers": []}, receive, send)

    asyncio.run(knock())
    assert [message["type"] for message in sent] == ["websocket.close"] and not behind.seen


@pytest.mark.parametrize(("headers", "status"), [
    ({"content_length": "30000000"}, 413), ({"content_length": "9" * 12}, 413), ({"content_length": "-"}, 411),
    ({"content_length": "9" * 5000}, 400), ({"content_length": "-1"}, 400), ({"content_length": "\xb2"}, 400),
    ({"content_length": ""}, 400), ({"transfer_encoding": "chunked"}, 411), ({"content_length": "26000000"}, 200),
])  # fmt: skip
def test_how_long(headers: dict[str, str], status: int, guard: Guard, behind: Behind) -> None:
    answer = ask(guard, "/gradio_api/upload", "POST", **headers)  # type: ignore[arg-type]
    assert answer.status == status and len(behind.seen) == (status == 200)


def test_what_somebody_did_is_short(guard: Guard, behind: Behind) -> None:
    assert ask(guard, JOIN, "POST", content_length=str(LARGEST_EVENT + 1)).status == 413
    body = json.dumps({"data": ["x" * (LARGEST_EVENT + 10)]}).encode()
    assert ask(guard, JOIN, "POST", body=body, content_length="10").status == 400  # it is longer than it says
    assert not behind.seen


# ---- files that were sent


def upload(guard: Guard, behind: Behind, key: str, *paths: str) -> None:
    behind.sent = list(paths)
    assert ask(guard, "/gradio_api/upload", "POST", key=key).status == 200


def test_files_are_for_who_sent_them(guard: Guard, behind: Behind) -> None:
    upload(guard, behind, ONE, "/tmp/up/a b%41.png", "/tmp/up/c.png")
    for path, key, status in (
        ("/tmp/up/a b%41.png", ONE, 200), ("/tmp/up/c.png", ONE, 200), ("/tmp/up/a b%41.png", OTHER, 403),
        ("/tmp/up/a bA.png", ONE, 403), ("/etc/passwd", ONE, 403), ("/tmp/up/../up/c.png", ONE, 403), ("", ONE, 403),
        ("/tmp/up/c.png\0", ONE, 403), ("http://127.0.0.1/", ONE, 403), ("/tmp/up/", ONE, 403),
    ):  # fmt: skip
        for method in ("GET", "HEAD"):
            assert ask(guard, f"/gradio_api/file={path}", method, key=key).status == status, path
    assert guard.owns("/tmp/up/c.png", ONE) and not guard.owns("/tmp/up/c.png", OTHER)
    assert ask(guard, "/gradio_api/file=/tmp/up/c.png").status == 403  # without any key


def test_two_send_the_same(guard: Guard, behind: Behind) -> None:
    """It lies in one place then, for both."""
    upload(guard, behind, ONE, "/tmp/up/a.png")
    upload(guard, behind, OTHER, "/tmp/up/a.png")
    assert all(ask(guard, "/gradio_api/file=/tmp/up/a.png", key=key).status == 200 for key in (ONE, OTHER))


def test_what_nobody_came_for_goes(guard: Guard, behind: Behind, tmp_path: Path) -> None:
    """The oldest of many, from the disk, too."""
    paths = [tmp_path / f"{number}.png" for number in range(MOST_SENT + 2)]
    for path in paths:
        path.touch()
        upload(guard, behind, ONE, str(path))
    assert [path.exists() for path in paths] == [False] * 2 + [True] * MOST_SENT
    assert not guard.owns(str(paths[0]), ONE) and guard.owns(str(paths[-1]), ONE)


@pytest.mark.parametrize("told", [{"detail": "wrong"}, [1, None, ["/etc/passwd"]], "text"])
def test_other_answers_to_who_sends(told: object, guard: Guard, behind: Behind) -> None:
    behind.sent = told  # type: ignore[assignment]
    assert ask(guard, "/gradio_api/upload", "POST", key=ONE).status == 200
    assert ask(guard, "/gradio_api/file=/etc/passwd", key=ONE).status == 403


# ---- pages


def join(guard: Guard, key: str, body: object, path: str = JOIN) -> int:
    return ask(guard, path, "POST", key=key, body=body).status


def test_news_are_for_who_looks_at_the_page(guard: Guard) -> None:
    assert ask(guard, "/gradio_api/queue/data", key=ONE, query="session_hash=page").status == 200
    assert ask(guard, "/gradio_api/heartbeat/page", key=ONE).status == 200
    assert ask(guard, "/gradio_api/heartbeat/other", key=OTHER).status == 200
    for path, query in (
        ("queue/data", "session_hash=page"), ("queue/data", "session_hash=other&session_hash=page"),
        ("queue/data", "session_hash=page&session_hash=other"), ("queue/data/", "x=y&session_hash=p%61ge"),
        ("heartbeat/page", ""), ("heartbeat/page/", ""), ("heartbeat/page", "session_hash=other"),
        ("heartbeat/other", "session_hash=page"), ("upload", "session_hash=page"),
    ):  # fmt: skip
        assert ask(guard, f"/gradio_api/{path}", key=OTHER, query=query).status == 403, (path, query)
    guard.forget("page")
    assert ask(guard, "/gradio_api/heartbeat/page", key=OTHER).status == 200


@pytest.mark.parametrize("path", [JOIN, JOIN + "/", "/gradio_api/cancel", "/gradio_api/cancel/", "/gradio_api/reset"])
def test_nobody_does_anything_on_anothers_page(path: str, guard: Guard, behind: Behind) -> None:
    assert join(guard, ONE, {"session_hash": "page", "data": ["é", None]}, path) == 200
    assert json.loads(behind.bodies[-1]) == {"session_hash": "page", "data": ["é", None]}
    for told in ({"session_hash": "page"}, {"session_hash": ["page"]}, {"session_hash": 7}, {"session_hash": {}}):
        assert join(guard, OTHER, told, path) == 403
    twice = b'{"session_hash": "page", "session_hash": "own"}'
    assert join(guard, OTHER, twice, path) == 200 and json.loads(behind.bodies[-1]) == {"session_hash": "own"}
    sixteen = json.dumps({"session_hash": "page"}).encode("utf-16")
    assert join(guard, OTHER, sixteen, path) == 403
    assert len(behind.bodies) == 2


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"5", b"null", b'"x"', b"\xff", b"[" * 100_000, b'{"a":' * 50_000])
def test_what_cannot_be_understood(body: bytes, guard: Guard, behind: Behind) -> None:
    assert join(guard, ONE, body) == 400 and not behind.seen


def test_only_own_files_are_told_of(guard: Guard, behind: Behind) -> None:
    """Whatever else is called a path, Gradio would look for, or fetch from the network."""
    upload(guard, behind, ONE, "/tmp/up/a.png")

    def file(path: object) -> dict[str, object]:
        return {"path": path, "meta": {"_type": "gradio.FileData"}, "url": None}

    own = [file("/tmp/up/a.png"), file(None)]
    assert join(guard, ONE, {"data": own, "event_data": {"path": "/tmp/up/a.png"}}) == 200
    assert join(guard, OTHER, {"data": own}) == 403
    for path in ("/etc/passwd", "http://127.0.0.1:1/a.png", "", 5, ["/tmp/up/a.png"], {"a": "/etc/passwd"}):
        assert join(guard, ONE, {"data": [file(path)]}) == 403
        assert join(guard, ONE, {"data": [], "event_data": {"deep": [[{"x": file(path)}]]}}) == 403


def test_only_so_many_are_remembered(guard: Guard) -> None:
    """A stranger cannot fill the memory with names of pages; who still looks keeps theirs."""

    async def many() -> None:
        for number in range(MOST_PAGES + 5):
            assert guard._looks_at(str(number), OTHER)
            assert guard._looks_at("page", ONE)

    asyncio.run(many())
    assert len(guard._pages) == MOST_PAGES
    assert ask(guard, "/gradio_api/heartbeat/page", key=OTHER).status == 403
