"""The door in front of the studio: who may ask it what."""

import asyncio
import base64
import json
from typing import Any

import pytest

from allaprima.app.studio.events import LARGEST_EVENT
from allaprima.app.studio.guard import HEADERS, KEY, Guard
from allaprima.app.studio.visitors import is_key

from .door import HOST, JOIN, ONE, Behind, ask, asked


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
def test_password(told: str, status: int, behind: Behind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allaprima.app.studio.guard.PAUSE", 0.01)
    guard = Guard(behind, None, "sésame: x")
    for path in ("/", "/enter/" + ONE, "/gradio_api/upload", "/nothing"):
        answer = ask(guard, path, authorization=told)
        assert answer.status == (404 if status == 200 and path == "/nothing" else status)
        assert bool(answer.all("www-authenticate")) == (status == 401)
        assert status == 200 or answer.body == b"The studio asks for a password; any name will do.\n"


def test_passwords_are_not_guessed_in_a_hurry(behind: Behind, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever told a wrong one waits, and what else they say meanwhile is not even looked at; others do not wait."""
    monkeypatch.setattr("allaprima.app.studio.guard.PAUSE", 60)
    guard, right, wrong = Guard(behind, None, "right"), basic(":right"), basic(":wrong")

    async def all_at_once() -> list[int]:
        assert (await asked(guard, authorization=right, key=ONE)).status == 200
        guess = asyncio.create_task(asked(guard, authorization=wrong))
        while not guard._guessing:
            await asyncio.sleep(0.01)
        others = [asked(guard, authorization=one) for one in (wrong, right)]
        others += [asked(guard, authorization=right, key=ONE)]  # who is known does not wait
        others += [asked(guard, authorization=right, address="10.0.0.7"), asked(guard, address="10.0.0.7")]
        found = [one.status for one in await asyncio.gather(*others)]
        guess.cancel()
        return found

    assert asyncio.run(all_at_once()) == [429, 429, 200, 200, 401]
    assert ask(guard, authorization=right).status == 200


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


def test_what_fails_behind_it_is_told_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """To the operator; the studio goes on, and the visitor hears that it did not work."""

    async def fails(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/config":
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise KeyError("\x1b[31m")

    answers = [ask(Guard(fails)), ask(Guard(fails), "/config")]
    assert [(answer.status, answer.body) for answer in answers] == [(500, b"That did not work.\n"), (200, b"")]
    told = capsys.readouterr().err
    assert told.count("\n") == 2 and "KeyError" in told and "\x1b" not in told and "Traceback" not in told


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
