"""The studio as it answers, over real HTTP: to two visitors, and to strangers."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

pytest.importorskip("gradio")
import httpx
import uvicorn

from allaprima import Painting
from allaprima.app.studio.guard import Guard
from allaprima.app.studio.server import LOCAL, listen, make_app
from allaprima.app.studio.visit import Studio, Visit
from allaprima.app.studio.works import Work

from .callers import Trap, do, event, file, untouched, upload

pytestmark = pytest.mark.filterwarnings("ignore")  # of what Gradio is made of
FILE = "/gradio_api/file="


class House:
    """A studio that is open, and who calls there."""

    def __init__(self, studio: Studio, address: str) -> None:
        self.studio, self.address = studio, address

    @contextmanager
    def caller(self) -> Iterator[httpx.Client]:
        """A browser that was here."""
        with httpx.Client(base_url=self.address, timeout=60, trust_env=False) as client:
            assert client.get("/").status_code == 200
            yield client

    def visit(self, client: httpx.Client, page: str) -> Visit:
        return self.studio.visit(client.cookies["allaprima"], page)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    studio = Studio(tmp_path_factory.mktemp("house") / "studio")
    door = listen("127.0.0.1", 0)

    async def app() -> Guard:
        return make_app(studio, LOCAL)  # in a loop: outside of one Gradio makes some, and closes none

    config = uvicorn.Config(asyncio.run(app()), log_level="critical", lifespan="on", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([door],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield House(studio, f"http://127.0.0.1:{door.getsockname()[1]}")
    server.should_exit = True
    thread.join(20)
    studio.close()


@pytest.fixture
def one(house: House) -> Iterator[httpx.Client]:
    with house.caller() as client:
        yield client


@pytest.fixture
def other(house: House) -> Iterator[httpx.Client]:
    with house.caller() as client:
        yield client


def test_the_page_comes_with_its_rules(one: httpx.Client) -> None:
    for path, status in (("/", 200), ("/config", 200), ("/theme.css", 200), ("/works/a/b", 404), ("/none", 404)):
        answer = one.get(path)
        assert answer.status_code == status and answer.headers["x-content-type-options"] == "nosniff"
        assert "object-src 'none'" in answer.headers["content-security-policy"]
        assert "set-cookie" not in answer.headers  # the key is known
    assert "http://" not in one.get("/").text.replace("http://www.w3.org/", "").replace(str(one.base_url), "")


def test_only_the_owner_enters_by_a_link(house: House) -> None:
    """Also in a browser that was never here; a stranger's link leads nobody into a stranger's folder."""
    with httpx.Client(base_url=house.address, trust_env=False) as client:
        answer = client.get(f"/enter/{house.studio.visitors.owner}")
        assert answer.status_code == 303 and answer.headers["location"] == "/"
        assert "HttpOnly" in answer.headers["set-cookie"] and "samesite=lax" in answer.headers["set-cookie"].lower()
        assert client.cookies["allaprima"] == house.studio.visitors.owner
        assert "set-cookie" not in client.get("/").headers
    with house.caller() as client:
        key = client.cookies["allaprima"]
        for wrong in ("x" * 32, "short", "é", "%00", key):
            assert client.get(f"/enter/{wrong}").status_code == 303 and client.cookies["allaprima"] == key


def test_sent_files_are_for_who_sent_them(house: House, one: httpx.Client, other: httpx.Client) -> None:
    for name in ("cat.png", "my cat %41 ü.png", "../../../cat.png", "/etc/cat.png", "a\\b.png", "x" * 300 + ".png"):
        path = upload(one, name, name.encode())
        assert Path(path).is_relative_to(house.studio.visitors.uploads) and Path(path).is_file()
        for client, status in ((one, 200), (other, 403), (httpx, 403)):
            answer = client.get(house.address + FILE + quote(path))  # type: ignore[attr-defined]
            assert answer.status_code == status, (name, status)
            assert (answer.content == name.encode()) == (status == 200)


@pytest.mark.parametrize("path", [
    "/etc/passwd", "%2fetc%2fpasswd", "%252fetc%252fpasswd", "../../../../etc/passwd", "..%2f..%2fowner", "owner",
    "http://127.0.0.1/", "https://example.org/x.png", "file:///etc/passwd", "", "%00", "/etc/passwd%00.png",
])  # fmt: skip
def test_no_file_of_the_server(path: str, house: House, one: httpx.Client) -> None:
    folder = house.studio.visitors.folder
    for asked in (f"{FILE}{path}", f"{FILE}{folder}/{path}", f"{FILE}{folder}/passing/{path}"):
        answer = one.get(asked)
        assert answer.status_code in (403, 404) and "root:" not in answer.text, asked
    for asked in (f"/assets/{path}", f"/static/{path}", f"/svelte/{path}", f"/static/%2e%2e/{path}"):
        answer = one.get(asked)
        assert answer.status_code in (400, 403, 404) and "root:" not in answer.text, (asked, answer.status_code)


# ---- what was made


def made(house: House, client: httpx.Client, painting: Painting) -> Work:
    work = house.visit(client, "made").visitor.works.new("cat")
    painting.save(work.next)
    (work.folder / "seen-1.jpg").write_bytes(b"jpeg")
    (work.folder / "replay-1.mp4").write_bytes(b"film")
    return work


def test_pictures_are_for_their_painter(
    house: House, one: httpx.Client, other: httpx.Client, painting: Painting
) -> None:
    work = made(house, one, painting)
    for path, content in ((f"/works/{work.name}/seen-1.jpg", b"jpeg"), (f"/works/{work.name}/replay-1.mp4", b"film")):
        answer = one.get(path)
        assert answer.status_code == 200 and answer.content == content
        assert answer.headers["cache-control"] == "private, no-cache"
        assert other.get(path).status_code == httpx.get(house.address + path).status_code == 404


AWAY = (
    "about.json", "1.painting.json", "seen-2.jpg", "..", "%2e%2e", "../about.json", "..%2fabout.json", "%2e%2e%2fowner",
    "seen-1.jpg%00", "seen-1.jpg%0a", "seen-1.jpg/", "SEEN-1.JPG", "", ".", "%2fetc%2fpasswd", "x" * 3000,
    "..%252f..%252fowner", "seen-1.jpg%2f..%2fabout.json", "link-1.jpg",
)  # fmt: skip


@pytest.mark.parametrize("name", AWAY)
def test_nothing_else_is_told_of_a_work(name: str, house: House, one: httpx.Client, painting: Painting) -> None:
    work = made(house, one, painting)
    assert one.get(f"/works/{work.name}/{name}").status_code in (403, 404)
    assert one.get(f"/works/{name}/seen-1.jpg").status_code in (403, 404)
    assert one.get(f"/works/%2e%2e%2fworks%2f{work.name}/seen-1.jpg").status_code == 404


def test_links_lead_nowhere(house: House, one: httpx.Client, other: httpx.Client, painting: Painting) -> None:
    """Planted in a folder of ours by another program."""
    work, theirs = made(house, one, painting), made(house, other, painting)
    (work.folder / "seen-7.jpg").symlink_to("/etc/passwd")
    (work.folder.with_name(theirs.name)).symlink_to(theirs.folder)
    visit = house.visit(one, "links")
    (visit.room / "passwd").symlink_to("/etc/passwd")
    (visit.visitor.passing / "etc").symlink_to("/etc")
    for path in (
        f"works/{work.name}/seen-7.jpg", f"works/{theirs.name}/seen-1.jpg", f"passing/{visit.room.name}/passwd",
        "passing/etc/passwd",
    ):  # fmt: skip
        assert one.get(f"/{path}").status_code == 404, path


def test_files_to_take_away_are_for_who_made_them(house: House, one: httpx.Client, other: httpx.Client) -> None:
    room = house.visit(one, "take").room
    for name in ("my cat.png", "貓-film.mp4", "a.painting.json"):
        (room / name).write_bytes(b"content")
        answer = one.get(f"/passing/{room.name}/{name}")
        assert answer.status_code == 200 and answer.content == b"content"
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert other.get(f"/passing/{room.name}/{name}").status_code == 404
    (room / ".hidden").touch()
    for name in (*AWAY, ".hidden", "漢" * 120, "x" * 121):
        for path in (f"{room.name}/{name}", f"{name}/my cat.png", f"%2e%2e/works/{name}", f"%2e/{name}"):
            assert one.get(f"/passing/{path}").status_code in (403, 404), path


# ---- what is done on the page


def test_a_photo_is_brought(house: House, one: httpx.Client, photo: Path) -> None:
    path = upload(one, "my cat.png", photo.read_bytes())
    with Trap() as caught:
        told = do(one, "bring", event(one, "drop", "sent"), [], file(path, url=f"http://127.0.0.1:{caught.port}/a.png"))
        assert told[-1]["success"] and caught.calls() == 0
    visit = house.visit(one, "bring")
    assert visit.title == "my cat" and visit.the_photo().read_bytes() == photo.read_bytes()
    assert not Path(path).exists()


def test_what_is_wrong_is_told_in_a_sentence(house: House, one: httpx.Client) -> None:
    path = upload(one, "a.png", b"<script>alert(1)</script>")
    told = do(one, "wrong", event(one, "drop", "sent"), [], {"path": path})
    assert not told[-1]["success"]
    assert told[-1]["output"]["error"] == "The photo is no picture that can be read: use JPEG, PNG, HEIC, WebP or TIFF"
    assert str(house.studio.visitors.folder) not in json.dumps(told) and "Traceback" not in json.dumps(told)
    assert not Path(path).exists()


def test_files_of_others_cannot_be_brought(house: House, one: httpx.Client, other: httpx.Client, photo: Path) -> None:
    """Nor those of the server, nor of other servers."""
    drop = event(one, "drop", "sent")
    theirs = upload(one, "theirs.png", photo.read_bytes())
    with Trap() as caught:
        for path in (theirs, "/etc/passwd", f"http://127.0.0.1:{caught.port}/a.png", "../owner", str(photo)):
            for data, told in (([file(path)], None), ([], {"path": path}), ([[file(path)]], {"x": [{"path": path}]})):
                asked = {"fn_index": drop, "data": data, "event_data": told, "session_hash": "thief"}
                assert other.post("/gradio_api/queue/join", json=asked).status_code == 403
        for odd in (None, theirs, [theirs], {"paths": theirs}, {"path": None}, {"Path": theirs}):
            assert not do(other, "thief", drop, [], odd)[-1]["success"]
        assert caught.calls() == 0
    assert house.visit(other, "thief").photo is None and Path(theirs).exists()


def test_nobody_acts_on_anothers_page(house: House, one: httpx.Client, other: httpx.Client) -> None:
    pick = event(one, "examples", "pick")
    assert do(one, "mine", pick, [], {"key": "coffee"})[-1]["success"]
    for path, told in (
        ("queue/join", {"fn_index": pick, "data": [], "event_data": {"key": "rocket"}, "session_hash": "mine"}),
        ("cancel", {"fn_index": pick, "event_id": "x", "session_hash": "mine"}),
    ):  # fmt: skip
        assert other.post(f"/gradio_api/{path}", json=told).status_code == 403
    for asked in ("queue/data?session_hash=mine", "queue/data?session_hash=a&session_hash=mine", "heartbeat/mine"):
        assert other.get(f"/gradio_api/{asked}").status_code == 403
    assert house.visit(one, "mine").title == "Coffee" and house.visit(other, "mine").photo is None


def test_what_makes_no_sense(house: House, one: httpx.Client) -> None:
    """Whatever comes, the studio goes on, and tells nothing of the server."""
    for number in (-1, 10**9):
        asked = {"fn_index": number, "data": [], "session_hash": "odd"}
        assert one.post("/gradio_api/queue/join", json=asked).status_code == 500
    assert "data: " in one.get("/gradio_api/queue/data?session_hash=nowhere").text
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"):
        assert one.request(method, "/gradio_api/upload").status_code == 405
    answer = one.post("/gradio_api/upload", content=b"x", headers={"content-type": "multipart/form-data; boundary=x"})
    assert answer.status_code < 500
    assert one.get("/").status_code == 200


def test_numbers_that_are_none(house: House, one: httpx.Client) -> None:
    """Scales are our own: what they say is looked at, and no painting is begun."""
    assert do(one, "numbers", event(one, "examples", "pick"), [], {"key": "coffee"})[-1]["success"]
    what = event(one, "looks", "pick")
    for odd in ("many", [], {"a": 1}, "1e999", 10**400, -(10**13)):
        data = untouched(one, what)
        data[1] = odd
        answer = do(one, "numbers", what, data, {"key": "oil"})[-1]
        assert not answer["success"] and "A number is missing" in answer["output"]["error"]
    assert not house.visit(one, "numbers").visitor.works.all()


def test_who_goes_is_forgotten(house: House, one: httpx.Client) -> None:
    """The browser was closed: what is under way stops, and the page's room goes."""
    assert do(one, "going", event(one, "examples", "pick"), [], {"key": "coffee"})[-1]["success"]
    visit = house.visit(one, "going")
    room, stopped = visit.room, threading.Event()

    def work(job: Any) -> None:
        try:
            while True:
                job.check()
                time.sleep(0.01)
        finally:
            stopped.set()

    visit.begin(work)
    with one.stream("GET", "/gradio_api/heartbeat/going") as beat:
        next(beat.iter_lines())
    assert stopped.wait(10) and visit.job is not None
    deadline = time.monotonic() + 10
    while room.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not room.exists() and house.visit(one, "going") is not visit
