"""Light on finished paintings: what is drawn once is lit as often as somebody likes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import fields, replace
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...painting.painting import Painting
from ...rendering.bristle_drawing import BristleDrawing
from ...rendering.light import Light
from ...rendering.rendering import Rendering

SIZE = 1100  # px of the long side of what is looked at
KEPT = 3  # drawings, of some 20 MB each
LIGHT = tuple(one.name for one in fields(Light))


class Lights:
    """Drawings of the paintings that were looked at last, each known by its file."""

    def __init__(self) -> None:
        self._drawings: OrderedDict[tuple[Path, int], BristleDrawing] = OrderedDict()
        self._lock = Lock()

    def keep(self, path: Path, drawing: BristleDrawing) -> None:
        with self._lock:
            self._drawings[path, path.stat().st_mtime_ns] = drawing
            while len(self._drawings) > KEPT:
                self._drawings.popitem(last=False)

    def look(self, path: Path, light: Light) -> NDArray[np.uint8] | None:
        """A painting in a light; None for one whose paint has no relief. Raises InputError for what is no painting."""
        key = path, path.stat().st_mtime_ns
        with self._lock:
            if key in self._drawings:
                self._drawings.move_to_end(key)
                return self._drawings[key].relit(light)
        drawing = drawn(Painting.load(path))
        if drawing is None:
            return None
        self.keep(path, drawing)
        return drawing.relit(light)


def drawn(painting: Painting) -> BristleDrawing | None:
    """A painting as bristles draw it, to be lit; None for one of other brushes."""
    drawing = painting.drawing(Rendering(min(SIZE, painting.size), quick=True))
    if not isinstance(drawing, BristleDrawing):
        return None
    drawing.draw(0, len(painting))
    return drawing


def in_light(painting: Painting, light: Light) -> Painting:
    """The painting in another light, which its file and all that is made of it have, too."""
    changes: dict[str, Any] = {name: getattr(light, name) for name in LIGHT}
    return replace(painting, settings=painting.settings.change(**changes))
