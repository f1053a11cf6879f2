"""What was sent to the studio, and each page's news, are for who has the key."""

import asyncio
import json
from pathlib import Path

import pytest

from allaprima.app.studio.guard import MOST_PAGES, MOST_SENT, Guard

from .door import JOIN, ONE, OTHER, Behind, ask

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
