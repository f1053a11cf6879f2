"""What a notebook shows of long work: one picture that grows, and one bar. Anywhere else nothing is shown."""

from __future__ import annotations

import base64
import html
import io
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .pace import TimeLeft

if TYPE_CHECKING:
    from PIL import Image

OFTEN, LOOK = 0.4, 1.5  # seconds between two bars, and two pictures, at least;
SHARE = 0.15  # and pictures take no more of the time than this
BAR = """<div style="font:13px sans-serif;display:flex;gap:1em;align-items:center">
<progress value="{share:.4f}" max="1" style="width:16em"></progress><span>{text}</span><span>{left}</span></div>"""
PICTURE = '<img style="max-width:100%" src="data:image/png;base64,{data}">'


class Live:
    """``live.show(share, text, picture)``: how much of the work is done, 0 to 1, a few words on it, and what makes its
    picture, which is asked for now and then only.
    """

    def __init__(self, display: Callable[[str], None]) -> None:
        self._display, self._time = display, TimeLeft()
        self._shown = self._looked = 0.0
        self._cost, self._picture = 0.0, ""

    def show(self, share: float, text: str, picture: Callable[[], Image.Image] | None = None) -> None:
        now, left = time.monotonic(), self._time.at(share)
        last = share >= 1
        if not last and now - self._shown < OFTEN:
            return
        if picture and (last or now - self._looked > max(LOOK, self._cost / SHARE)):
            self._picture = PICTURE.format(data=base64.b64encode(encoded(picture())).decode())
            self._looked = time.monotonic()
            self._cost = self._looked - now
        self._display(self._picture + BAR.format(share=share, text=html.escape(text), left=html.escape(left)))
        self._shown = time.monotonic()

    def end(self) -> None:
        """The bar goes, the picture stays."""
        self._display(self._picture)


@contextmanager
def live() -> Iterator[Live | None]:
    """A view of the work within, in a notebook; None elsewhere."""
    shell = notebook()
    if shell is None:
        yield None
        return
    from IPython.display import HTML, display

    html_of: Callable[[str], Any] = HTML
    handle: Any = display(html_of(""), display_id=True)  # type: ignore[no-untyped-call]
    view = Live(lambda text: handle.update(html_of(text)))
    try:
        yield view
    finally:
        view.end()


def notebook() -> Any | None:
    """The shell of the notebook that runs this code, if one does."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if getattr(shell, "kernel", None) is not None else None


def encoded(picture: Image.Image) -> bytes:
    """A picture as PNG."""
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=1)
    return stream.getvalue()
