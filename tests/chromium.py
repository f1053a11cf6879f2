"""Headless Chromium (Debian ``chromium``), as a second opinion on files that browsers open."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import pytest
from PIL import Image

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--force-device-scale-factor=1",
)  # fmt: skip


def command(folder: Path) -> list[str]:
    """How Chromium is called, with a profile in a folder. Skips the test where there is none."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is missing: apt-get install chromium")
    return [program, *FLAGS, f"--user-data-dir={folder / 'profile'}"]


def screenshot(path: Path, width: int, height: int, tmp_path: Path) -> Image.Image:
    """What a window of ``width x height`` px shows of a file, RGB."""
    folder = Path(tempfile.mkdtemp(dir=tmp_path))  # for each run: two with one profile would wait for one another
    picture = folder / "screenshot.png"
    asked = [*command(folder), f"--screenshot={picture}", f"--window-size={width},{height}", path.resolve().as_uri()]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=120)
    assert picture.is_file(), f"no screenshot of {path}: {done.stderr}"
    with Image.open(picture) as image:
        return image.convert("RGB")


def told(page: str, tmp_path: Path, patience: float = 120) -> Any:
    """The JSON that a page posts to its own address, however many seconds it takes to have something to tell. (By
    ``--dump-dom`` with virtual time a busy machine would be asked before it has decoded anything.)
    """
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    with serving(page) as (address, posted), (folder / "log").open("w") as log:
        browser = subprocess.Popen([*command(folder), address], stdout=log, stderr=log)
        try:
            return json.loads(posted.get(timeout=patience))
        finally:
            browser.kill()
            browser.wait()


@contextmanager
def serving(page: str) -> Iterator[tuple[str, Queue[bytes]]]:
    """An address on this machine that shows a page, and what is posted there."""
    posted: Queue[bytes] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(page.encode())

        def do_POST(self) -> None:
            posted.put(self.rfile.read(int(self.headers["Content-Length"])))
            self.answer(b"")

        def answer(self, content: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:  # a browser opens connections that it does not use
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", posted
        finally:
            server.shutdown()
            thread.join()
