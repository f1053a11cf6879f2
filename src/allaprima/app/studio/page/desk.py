"""What all parts of the page share: whose visit it is, what is shown, and how people are told what went wrong."""

from __future__ import annotations

import asyncio
import base64
import html
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr
from PIL import Image

from ....errors import AllaprimaError, InputError, one_line
from ...failures import Failure
from ..guard import KEY, Guard
from ..jobs import News
from ..pictures import as_url
from ..visit import Studio, Visit

T = TypeVar("T")
Updates = dict[Any, Any]
SKIP: Updates = gr.skip()  # nothing changes
READ = 12.0  # seconds that people have to read what went wrong
MASK = "data:image/png;base64,"
LARGEST_MASK = 4_000_000  # signs
LARGEST = 1e12  # of numbers


@dataclass
class Desk:
    """The ``studio``, and what says which ``view`` of the page is shown."""

    studio: Studio
    guard: Guard
    view: gr.HTML = field(init=False)

    def visit(self, request: gr.Request) -> Visit:
        return self.studio.visit(self.key(request), str(request.session_hash))

    def key(self, request: gr.Request) -> str:
        return str(request.request.scope[KEY])  # type: ignore[union-attr]

    def show(self, view: str) -> Updates:
        """Let this view be seen, and no other."""
        return {self.view: f"view-{view}"}

    def received(self, path: str | None, request: gr.Request) -> Path:
        """A file that this visitor sent. Raises InputError for any other."""
        if not path or not self.guard.owns(path, self.key(request)):
            raise InputError("nothing has arrived: send the file once more")
        return Path(path)


@contextmanager
def told() -> Iterator[None]:
    """Within, what goes wrong is told to the visitor, in a sentence; what was not foreseen, to the operator, too."""
    try:
        yield
    except gr.Error:
        raise
    except Exception as error:
        if not isinstance(error, AllaprimaError):
            traceback.print_exception(error, file=sys.stderr)
        text = html.escape(one_line(Failure.of(error).text))
        raise gr.Error(text[:1].upper() + text[1:], READ, title="That did not work", print_exception=False) from None


def given(event: gr.EventData, name: str, kind: type[T]) -> T:
    """What came with an event. Raises InputError for an event without it, or with something of another kind."""
    data = event._data
    value = data.get(name) if isinstance(data, dict) else None
    if not isinstance(value, kind):
        raise InputError("nothing has arrived: try it once more")
    return value


def measure(value: object) -> float:
    """A number of the page's, 0 for none. Raises InputError for what is no number."""
    if value in (None, "", {}):
        return 0.0
    if not isinstance(value, (int, float)) or not abs(value) < LARGEST:
        raise InputError("a number is missing: move the slider once more")
    return float(value)


async def aside(work: Callable[..., T], *arguments: Any) -> T:
    """What takes a while is done in a thread, so that other pages are answered meanwhile; what goes wrong is told."""
    with told():
        return await asyncio.to_thread(work, *arguments)


def grown(news: News, alt: str, before: str = "") -> dict[str, Any]:
    """The value of an easel that shows how far a job is."""
    told = f"{news.text}, paused" if news.paused else news.text
    picture = as_url(news.picture) if news.picture else ""
    return {"src": picture, "before": before, "alt": alt, "share": news.share, "text": told, "left": news.left}


def read_mask(text: object) -> Image.Image | None:
    """What somebody painted over a picture; None for nothing. Raises InputError for what is no such picture."""
    if not text:
        return None
    if not isinstance(text, str) or not text.startswith(MASK) or len(text) > LARGEST_MASK:
        raise InputError("what was painted over the picture did not arrive: paint it once more")
    try:
        with Image.open(BytesIO(base64.b64decode(text.removeprefix(MASK))), formats=["PNG"]) as image:
            if max(image.size) > 1024:
                raise ValueError
            return image.convert("RGB")
    except Exception:
        raise InputError("what was painted over the picture did not arrive: paint it once more") from None
