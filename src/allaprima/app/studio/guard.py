"""Who may ask the studio what: the door in front of every request."""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, TypeAlias
from urllib.parse import parse_qs, unquote

from .visitors import is_key, new_key

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE, YEARS = "allaprima", 10 * 365 * 24 * 3600
KEY = "allaprima_key"  # of the visitor, in the scope of a request
LARGEST = 26_000_000  # bytes of a request
FILE, UPLOAD, BEAT = "/gradio_api/file=", "/gradio_api/upload", "/gradio_api/heartbeat/"
ENTER = "/enter/"  # where another key is given
OPEN = re.compile(  # all that there is: no other door of what Gradio has
    r"/|/(config|theme\.css|favicon\.ico|manifest\.json|robots\.txt)/?|/(assets|static|svelte|enter|works|passing)/.*"
    r"|/gradio_api/(queue/(join|data)|upload|upload_progress|heartbeat/\w+|cancel|reset|startup-events|theme\.css|app_id"
    r"|login_check|component_server|file=.*)/?",
    re.DOTALL,
)
ONLY_HERE = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:"  # Gradio makes code of its templates
HEADERS = {
    "content-security-policy": f"{ONLY_HERE}; object-src 'none'; base-uri 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


class Guard:
    """In front of an ``app``: asks for the ``password``, if there is one; lets in only who calls the studio by one of
    its ``hosts`` (any, if these are None), from its own pages; gives each browser a key; and keeps what was sent, and
    each page's news, to who has the key.
    """

    def __init__(self, app: App, hosts: set[str] | None = None, password: str = "") -> None:
        self._app, self._hosts, self._password = app, hosts, password
        self._sent: dict[str, str] = {}  # files that were sent, and by whose key
        self._pages: dict[str, str] = {}  # likewise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if refused := self._refused(scope, headers):
            await _answer(send, *refused)
            return
        key, known = _key(headers)
        if not self._may(scope, key):
            await _answer(send, 403, "This is not yours.")
            return
        scope[KEY] = key
        told = [] if known or scope["path"].startswith(ENTER) else [(b"set-cookie", _cookie(key))]
        await self._app(scope, receive, self._watched(scope, key, told, send))

    def _refused(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | tuple[int, str, bytes] | None:
        """With which status, and words, a request is sent away, if it is."""
        host = headers.get("host", "")
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if self._hosts is not None and name.lower() not in self._hosts:
            return 403, "The studio is not known by this name."
        origin = headers.get("origin")
        if origin is not None and origin.split("://", 1)[-1].lower() != host.lower():
            return 403, "Another site may not use the studio."
        if self._password and not self._knows(headers.get("authorization", "")):
            return 401, "The studio asks for a password; any name will do.", b'Basic realm="allaprima", charset="UTF-8"'
        if not OPEN.fullmatch(scope["path"]):
            return 404, "There is nothing here."
        length = headers.get("content-length", "")
        if scope["method"] == "POST" and not length.isdigit():
            return 411, "How long is it?"
        if length.isdigit() and int(length) > LARGEST:
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
            return self._sent.get(unquote(path.removeprefix(FILE))) == key
        page = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [""])[0]
        if path.startswith(BEAT):
            page = path.removeprefix(BEAT)
        return not page or self._pages.setdefault(page, key) == key

    def _watched(self, scope: Scope, key: str, told: list[tuple[bytes, bytes]], send: Send) -> Send:
        """What sends an answer, with our headers; and remembers whose files are told in it, after they were sent."""
        uploading, body = scope["path"].rstrip("/") == UPLOAD, bytearray()
        ours = [(name.encode(), value.encode()) for name, value in HEADERS.items()]

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *ours, *told]
            elif uploading and message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    self._remember(bytes(body), key)
            await send(message)

        return watched

    def _remember(self, body: bytes, key: str) -> None:
        try:
            paths = json.loads(body)
        except ValueError:
            return
        if isinstance(paths, list):
            self._sent.update((path, key) for path in paths if isinstance(path, str))

    def owns(self, path: str, key: str) -> bool:
        """Whether a file was sent by who has this key."""
        return self._sent.get(path) == key

    def forget(self, page: str) -> None:
        """A page was closed."""
        self._pages.pop(page, None)


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
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    headers += [(b"www-authenticate", ask)] if ask else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{text}\n".encode()})
