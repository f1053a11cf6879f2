"""The command that opens the studio: what it refuses, and how it opens and closes."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import allaprima
from allaprima import InputError, Painting
from allaprima.app.cli import run
from allaprima.app.studio.visitors import alone

from .commands import assert_told

pytestmark = [pytest.mark.usefixtures("inside"), pytest.mark.filterwarnings("ignore")]  # of what Gradio is made of
LISTENS = """
import os, socket
ask, call = socket.getaddrinfo, socket.socket.connect
def note(what):
    with open(os.environ["ASKED"], "a") as file:
        file.write(f"{what}\\n")
def asked(host, *more, **options):
    note(host)
    return ask(host, *more, **options)
def called(self, address):
    note(address[0] if self.family != socket.AF_UNIX else "127.0.0.1")
    return call(self, address)
socket.getaddrinfo, socket.socket.connect = asked, called
"""


def test_without_gradio(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("allaprima.app.studio_command.find_spec", lambda _name: None)
    assert run(["studio", "--folder", "here"]) == 2
    assert_told(capsys, "the studio needs gradio: ")
    assert not Path("here").exists()


@pytest.fixture
def gradio() -> None:
    pytest.importorskip("gradio")


@pytest.mark.usefixtures("gradio")
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "studio.example"])
def test_others_are_asked_for_a_password(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    for more in ([], ["--password", ""]):
        assert run(["studio", "--host", host, "--folder", "here", *more]) == 2
        assert_told(capsys, f"host is {host}, where others can come in: give a --password, too")
    assert not Path("here").exists()


@pytest.mark.usefixtures("gradio")
def test_another_one_in_the_same_folder(capsys: pytest.CaptureFixture[str]) -> None:
    with alone(Path("here")):
        assert run(["studio", "--folder", "here", "--port", "0"]) == 2
        assert_told(capsys, "there is a studio open in here already: close it first, or give another --folder")


@pytest.mark.usefixtures("gradio")
def test_a_port_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        assert run(["studio", "--port", str(port), "--folder", "here", "--no-open"]) == 2
    told = capsys.readouterr().err
    assert f"the studio cannot be opened on 127.0.0.1 at port {port} (" in told and "choose another --port" in told
    assert told.count("\n") == 1


@pytest.mark.usefixtures("gradio")
def test_the_next_port_that_is_free() -> None:
    from allaprima.app.studio import server

    with server.listen("127.0.0.1", None) as one, server.listen("127.0.0.1", None) as other:
        assert one.getsockname()[1] < other.getsockname()[1] < server.PORT + server.PORTS
    with pytest.raises(InputError, match=r"cannot be opened on 192\.0\.2\.1 at port 7860 to 7869"):
        server.listen("192.0.2.1", None)  # which is nobody's
    for host, here in (("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("", False)):
        assert server.is_local(host) == here


@pytest.mark.parametrize("wrong", [
    ["--port", "65536"], ["--port", "-1"], ["--port", "x"], ["--max-strokes", "0"], ["--max-strokes", "1000000"],
    ["--max-size", "1"], ["--max-size", "10000000"], ["--unknown"],
])  # fmt: skip
def test_out_of_range(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["studio", "--folder", "here", *wrong]) == 2
    assert_told(capsys, wrong[0])
    assert not Path("here").exists()


@pytest.mark.usefixtures("gradio")
def test_a_folder_that_is_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("file").write_text("precious")
    assert run(["studio", "--port", "0", "--folder", "file"]) == 2
    assert_told(capsys, "file is a file: give a folder for the studio")
    assert Path("file").read_text() == "precious"


def paint(client: Any) -> Any:
    """A painting that grows, and who watches it."""
    from .callers import do, event, untouched

    assert do(client, "page", event(client, "examples", "pick"), [], {"key": "coffee"})[-1]["success"]
    look = event(client, "looks", "pick")
    data = untouched(client, look)
    asked = {"fn_index": look, "data": data, "event_data": {"key": "impasto"}, "session_hash": "page"}
    assert client.post("/gradio_api/queue/join", json=asked).status_code == 200
    request = client.build_request("GET", "/gradio_api/queue/data", params={"session_hash": "page"})
    news = client.send(request, stream=True)
    for line in news.iter_lines():
        assert "process_completed" not in line, line
        if re.search(r"[1-9][0-9,]* strokes", line):  # it grows
            break
    return news


@pytest.mark.usefixtures("gradio")
def test_opened_and_closed(tmp_path: Path) -> None:
    """Nobody else is asked or called meanwhile, nor by name. With a page open, and a painting that grows on it, it
    closes soon and quietly, and keeps what there is.
    """
    import httpx

    listens = tmp_path / "site"
    listens.mkdir()
    (listens / "sitecustomize.py").write_text(LISTENS)
    source = Path(allaprima.__file__).parent.parent
    env = os.environ | {"ASKED": str(tmp_path / "asked"), "PYTHONPATH": f"{listens}{os.pathsep}{source}"}
    hears = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"  # also in the background
    process = subprocess.Popen(
        [sys.executable, "-c", f"{hears}; from allaprima.__main__ import main; main()",
         "studio", "--no-open", "--port", "0", "--folder", "here"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env,
    )  # fmt: skip
    assert process.stdout
    link = process.stdout.readline().strip()
    assert link.startswith("http://127.0.0.1:") and link.endswith(f"/enter/{Path('here/owner').read_text()}")
    with httpx.Client(timeout=60, trust_env=False, base_url=link.partition("/enter")[0]) as client:
        assert "allaprima" in client.get(link, follow_redirects=True).text
        try:
            painting = paint(client)
            begun = time.monotonic()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
        assert process.returncode == 0 and time.monotonic() - begun < 6
        painting.close()
    address = link.partition("enter/")[0]
    assert out == "" and err.splitlines() == [
        f"allaprima: the studio is open; Ctrl-C closes it. This link is yours alone, others take {address}",
        "allaprima: the studio is closed; what was painted is kept in here",
    ]
    assert sorted(path.name for path in Path("here").iterdir()) == ["lock", "owner", "visitors"]
    (kept,) = Path("here").glob("visitors/*/works/*/1.painting.json")
    assert Painting.load(kept).unfinished is not None
    assert set((tmp_path / "asked").read_text().split()) <= {"127.0.0.1", "localhost"}
