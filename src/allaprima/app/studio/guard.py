"""Who may ask the studio what: the door in front of every request."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import parse_qs

from ..failures import tell_failure
from .events import LARGEST_EVENT, Message, Receive, again, paths_in, read_event
from .visitors import is_key, new_key

Scope: TypeAlias = MutableMapping[str, Any]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE, YEARS = "allaprima", 10 * 365 * 24 * 3600
KEY = "allaprima_key"  # of the visitor, in the scope of a request
LARGEST = 26_000_000  # bytes of a request
PAUSE = 1.0  # seconds: so long who told a wrong password is not heard
MOST_SENT, MOST_PAGES = 100, 10_000  # files that were sent, and pages: the oldest are forgotten
LENGTH = re.compile("[0-9]{1,12}")
FILE, UPLOAD, BEAT = "/gradio_api/file=", "/gradio_api/upload", "/gradio_api/heartbeat/"
NEWS = "/gradio_api/queue/data"
OPEN = re.compile(  # all that there is: no other door of what Gradio has
    r"/|/(config|theme\.css|favicon\.ico|manifest\.json|robots\.txt)/?|/(assets|static|svelte|enter|works|passing)/.*"
    r"|/gradio_api/(queue/(join|data)|upload|upload_progress|heartbeat/\w+|cancel|reset|startup-events|theme\.css|app_id"
    r"|login_check|file=.*)/?",
    re.DOTALL,
)
EVENTS = re.compile(r"/gradio_api/(queue/join|cancel|reset)/?")  # what somebody did, as JSON
ONLY_HERE = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:"  # Gradio makes code of its templates
HEADERS = {
    "content-security-policy": f"{ONLY_HERE}; object-src 'none'; base-uri 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
OURS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


def _is_usual(error: Exception, scope: Scope) -> bool:
    """Whether Gradio says this whenever it ends a stream of news that another one has taken over, or a page's that was
    left.
    """
    left = isinstance(error, KeyError) and scope["path"].startswith(NEWS)
    return left or "response already started" in str(error)


class Guard:
    """In front of an ``app``: asks for the ``password``, if there is one; lets in only who calls the studio by one of
    its ``hosts`` (any, if these are None), from its own pages; gives each browser a key; and keeps what was sent, and
    each page's news, to who has the key.
    """

    def __init__(self, app: App, hosts: set[str] | None = None, password: str = "") -> None:
        self._app, self._hosts, self._password = app, hosts, password
        self._sent: OrderedDict[str, set[str]] = OrderedDict()  # files, and by whose keys: the same may send several
        self._pages: OrderedDict[str, str] = OrderedDict()  # by whose key they are looked at
        self._guessing: set[str] = set()  # addresses from which a wrong password was told just now
        self._known: OrderedDict[str, None] = OrderedDict()  # keys of those who told the right one
        self._closed = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})  # there are none
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        key, known = _key(headers)
        if refused := self._refused(scope, headers, key):
            if refused[0] == 401 and "authorization" in headers:
                await self._pause(_address(scope))
            await _answer(send, *refused)
            return
        if not self._may(scope, key):
            await _answer(send, 403, "This is not yours.")
            return
        if scope["method"] == "POST" and EVENTS.fullmatch(scope["path"]):
            told = await read_event(receive)
            if not isinstance(told, dict):
                await _answer(send, 400, "This cannot be understood.")
                return
            if not self._may_tell(told, key):
                await _answer(send, 403, "This is not yours.")
                return
            receive = again(told, receive)  # in our own words, so that nobody reads it otherwise than we did
        elif scope["method"] == "GET":
            receive = self._until_closed(receive)
        scope[KEY] = key
        answer = Answer(self, scope, send, [] if known else [(b"set-cookie", _cookie(key))])
        try:
            await self._app(scope, receive, answer)
        except Exception as error:  # by what was asked, most likely; the studio goes on
            if not _is_usual(error, scope):
                tell_failure(error)
        await answer.end()

    async def _pause(self, address: str) -> None:
        """Somebody there told a wrong password: until the next one they wait."""
        self._guessing.add(address)
        try:
            await asyncio.sleep(PAUSE)
        finally:
            self._guessing.discard(address)

    def close(self) -> None:
        """Whoever listens for news hears no more of them."""
        self._closed.set()

    def _until_closed(self, receive: Receive) -> Receive:
        """What receives, and hears that the browser is gone when the studio closes: else its streams would go on."""

        async def received() -> Message:
            tasks = [asyncio.ensure_future(receive()), asyncio.ensure_future(self._closed.wait())]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                return {"type": "http.disconnect"} if tasks[1] in done else tasks[0].result()  # type: ignore[return-value]
            finally:
                for task in tasks:
                    task.cancel()

        return received

    def _refused(
        self, scope: Scope, headers: dict[str, str], key: str
    ) -> tuple[int, str] | tuple[int, str, bytes] | None:
        """With which status, and words, a request is sent away, if it is."""
        host = headers.get("host", "")
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if self._hosts is not None and name.lower() not in self._hosts:
            return 403, "The studio is not known by this name."
        origin = headers.get("origin")
        if origin is not None and origin.split("://", 1)[-1].lower() != host.lower():
            return 403, "Another site may not use the studio."
        if self._password and key not in self._known and _address(scope) in self._guessing:
            return 429, "That was a wrong password: wait a second."
        if self._password and not self._knows(headers.get("authorization", "")):
            return 401, "The studio asks for a password; any name will do.", b'Basic realm="allaprima", charset="UTF-8"'
        self._known[key] = None
        self._known.move_to_end(key)
        while len(self._known) > MOST_PAGES:
            self._known.popitem(last=False)
        if not OPEN.fullmatch(scope["path"]):
            return 404, "There is nothing here."
        length = headers.get("content-length")
        if "transfer-encoding" in headers or (length is None and scope["method"] == "POST"):
            return 411, "How long is it?"
        if length is not None and not LENGTH.fullmatch(length):
            return 400, "This cannot be understood."
        if int(length or 0) > (LARGEST_EVENT if EVENTS.fullmatch(scope["path"]) else LARGEST):
            return 413, "The file is too large: at most 25 MB are taken."
        return None

    def _knows(self, authorization: str) -> bool:
        """Whether somebody told the password."""
        kind, _, told = authorization.partition(" ")
        try:
            _, _, password = base64.b64decode(told, validate=True).decode().partition(":")
        except ValueError:
            return False
        return kind.lower() == "basic" and secrets.compare_digest(password.encode(), self._password.encode())

    def _may(self, scope: Scope, key: str) -> bool:
        """Whether what is asked for belongs to who has this key."""
        path = scope["path"]
        if path.startswith(FILE):
            return self.owns(path.removeprefix(FILE), key)
        pages = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [])  # all: who reads the last?
        if path.startswith(BEAT):
            pages = [*pages, path.removeprefix(BEAT).rstrip("/")]
        return all(self._looks_at(page, key) for page in pages)

    def _may_tell(self, told: dict[str, Any], key: str) -> bool:
        """Whether what somebody did was on a page of theirs, with files of theirs."""
        page = told.get("session_hash")
        if page is not None and not (isinstance(page, str) and self._looks_at(page, key)):
            return False
        return all(path is None or (isinstance(path, str) and self.owns(path, key)) for path in paths_in(told))

    def _looks_at(self, page: str, key: str) -> bool:
        """Whether this page is of who has this key, as one that is new is from now on."""
        if self._pages.setdefault(page, key) != key:
            return False
        self._pages.move_to_end(page)
        while len(self._pages) > MOST_PAGES:
            self._pages.popitem(last=False)
        return True

    def remember(self, body: bytes, key: str) -> None:
        """Whose files are told in the answer to who sent them."""
        try:
            paths = json.loads(body)
        except ValueError:
            return
        for path in [one for one in paths if isinstance(one, str)] if isinstance(paths, list) else ():
            self._sent.setdefault(path, set()).add(key)
            self._sent.move_to_end(path)
        while len(self._sent) > MOST_SENT:
            path, _ = self._sent.popitem(last=False)
            with suppress(OSError):
                Path(path).unlink()

    def owns(self, path: str, key: str) -> bool:
        """Whether a file was sent by who has this key."""
        return key in self._sent.get(path, ())

    def forget(self, page: str) -> None:
        """A page was closed."""
        self._pages.pop(page, None)


class Answer:
    """Sends an answer, with our headers, and to who has no key yet with a ``cookie``."""

    def __init__(self, guard: Guard, scope: Scope, send: Send, cookie: list[tuple[bytes, bytes]]) -> None:
        self._guard, self._send, self._cookie = guard, send, cookie
        self._key, self._uploading = str(scope[KEY]), scope["path"].rstrip("/") == UPLOAD
        self._body, self._begun, self._ended = bytearray(), False, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._begun, theirs = True, list(message.get("headers", ()))
            own = [] if any(name.lower() == b"set-cookie" for name, _ in theirs) else self._cookie  # who enters has one
            message["headers"] = [*theirs, *OURS, *own]
        elif message["type"] == "http.response.body":
            self._ended = not message.get("more_body")
            if self._uploading:
                self._body.extend(message.get("body", b""))
                if self._ended:
                    self._guard.remember(bytes(self._body), self._key)
        await self._send(message)

    async def end(self) -> None:
        """End what was broken off, as when the studio closes."""
        if not self._begun:
            await _answer(self._send, 500, "That did not work.")
        elif not self._ended:
            await self._send({"type": "http.response.body", "body": b""})


def _address(scope: Scope) -> str:
    """Where a request comes from."""
    return str((scope.get("client") or "?")[0])


def _key(headers: dict[str, str]) -> tuple[str, bool]:
    """The key of a browser, and whether it had one."""
    try:
        cookie = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        cookie = SimpleCookie()
    if COOKIE in cookie and is_key(cookie[COOKIE].value):
        return cookie[COOKIE].value, True
    return new_key(), False


def _cookie(key: str) -> bytes:
    return f"{COOKIE}={key}; Path=/; Max-Age={YEARS}; HttpOnly; SameSite=Lax".encode()


async def _answer(send: Send, status: int, text: str, ask: bytes = b"") -> None:
    body = f"{text}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body)), *OURS]
    headers += [(b"www-authenticate", ask)] if ask else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
