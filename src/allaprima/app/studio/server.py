"""What answers the browser: the page, and the files of who asks."""

from __future__ import annotations

import logging
import os
import re
import secrets
import socket
from collections.abc import Callable
from pathlib import Path

import gradio as gr
import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from ...errors import InputError
from .guard import COOKIE, KEY, YEARS, Guard
from .page import make_page
from .photos import LARGEST
from .theme import CSS, HEAD, theme
from .visit import Studio

LOCAL = {"127.0.0.1", "localhost", "::1", "[::1]"}
PORT, PORTS = 7860, 10  # the usual one, and how many are tried from there on
SEEN = re.compile(r"(seen|small)-\d{1,6}\.jpg|replay-\d{1,6}\.mp4")
PLAIN = re.compile(r"[\w\- .]{1,120}")
SOON = 1  # seconds that open connections have when the studio closes


def is_local(host: str) -> bool:
    """Whether only this computer can call there."""
    return host in LOCAL


def make_app(studio: Studio, hosts: set[str] | None = None, password: str = "") -> Guard:
    """The studio, as a program that answers requests (ASGI)."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/enter/{key}")
    def enter(key: str) -> Response:
        """Who has the owner's key is at home. No other: a link might lead somebody into a stranger's folder."""
        answer = RedirectResponse("/", 303)
        if secrets.compare_digest(key.encode(), studio.visitors.owner.encode()):
            answer.set_cookie(COOKIE, key, max_age=YEARS, httponly=True, samesite="lax")
        return answer

    @app.get("/works/{name}/{file}")
    def seen(name: str, file: str, request: Request) -> Response:
        try:
            work = studio.visitors.find(request.scope[KEY]).works.find(name)
        except InputError:
            raise HTTPException(404) from None
        return _file(work.folder, file, SEEN)

    @app.get("/passing/{room}/{file}")
    def taken(room: str, file: str, request: Request) -> Response:
        folder = studio.visitors.find(request.scope[KEY]).passing
        if not PLAIN.fullmatch(room) or room.startswith("."):
            raise HTTPException(404)
        return _file(folder / room, file, PLAIN, attached=True)

    os.environ["GRADIO_TEMP_DIR"] = str(studio.visitors.uploads)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    guard = Guard(app, hosts, password)
    page = make_page(studio, guard)
    gr.mount_gradio_app(
        app, page, path="/", footer_links=[], run_history=False, show_error=False, max_file_size=LARGEST,
        ssr_mode=False, enable_monitoring=False, pwa=False, theme=theme(), css=CSS, head=HEAD,
    )  # fmt: skip
    return guard


def _file(folder: Path, name: str, known: re.Pattern[str], attached: bool = False) -> Response:
    """A file in a folder, if it is of a name that is known, and really lies there."""
    path = folder / name
    if not known.fullmatch(name) or name.startswith("."):
        raise HTTPException(404)
    try:
        there = not folder.is_symlink() and not path.is_symlink() and path.is_file()
    except OSError:  # too long a name
        there = False
    if not there:
        raise HTTPException(404)
    how = {"filename": name} if attached else {}
    return FileResponse(path, headers={"cache-control": "private, no-cache"}, **how)  # type: ignore[arg-type]


def listen(host: str, port: int | None) -> socket.socket:
    """Where the studio can be called: at that port, or at a usual one that is free. Raises InputError if it cannot."""
    ports = range(PORT, PORT + PORTS) if port is None else [port]
    for one in ports:
        door = _door(host, one)
        if isinstance(door, socket.socket):
            return door
    where = f"{host} at port {ports[0]}" + (f" to {ports[-1]}" if len(ports) > 1 else "")
    raise InputError(f"the studio cannot be opened on {where} ({door}): choose another --port or --host")


def _door(host: str, port: int) -> socket.socket | str:
    """Where it can be called, or why it cannot."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, kind)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen(64)
    except OSError as error:
        return error.strerror or str(error)
    return found


def serve(app: Guard, door: socket.socket, on_open: Callable[[], None], on_close: Callable[[], None]) -> None:
    """Answer until Ctrl-C, or until the process is told to end."""

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            on_open()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            app.close()
            logging.getLogger("uvicorn.error").disabled = True  # pages that are open are no errors
            on_close()
            await super().shutdown(sockets)

    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=SOON, lifespan="on")
    Server(config).run([door])
