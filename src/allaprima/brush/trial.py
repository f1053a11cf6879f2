"""A MyPaint brush tried out in a process of its own: should the engine crash or never end, that is told in one line;
and what some strokes are like is measured.
"""

from __future__ import annotations

import colorsys
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import NamedTuple

import numpy as np

from ..errors import InputError
from .engine_brush import EngineBrush, StrokePath
from .libmypaint import Surface

if sys.platform != "win32":
    import resource

PATIENCE = 4  # seconds of a processor; the slowest of MyPaint's own brushes needs 1.3, and most 0.25
LONGEST = 60.0  # seconds altogether, on a machine that has much else to do
CANVAS = np.array([0.2, 0.6, 0.9], np.float32)  # a colour to paint on
CODE = "import sys; sys.path[:] = {path!r}; from allaprima.brush.trial import main; main()"


class Trial(NamedTuple):
    """Strokes on an empty canvas, and on one of a colour. All in [0,1], the most that any pixel shows."""

    opacity: float  # on the empty canvas
    difference: float  # of colours, from what opacity and the stroke's own colour would make
    lost: float  # opacity of the canvas that is gone


def try_brush(name: str, content: bytes, paths: list[StrokePath], size: int) -> Trial:
    """Draw these strokes on windows of ``size`` px by a brush as ``myb.for_engine`` writes it. Raises InputError if the
    engine crashes, or is not done in time.
    """
    job = json.dumps([content.decode(), paths, size]).encode()
    command = [sys.executable, "-I", "-c", CODE.format(path=sys.path)]
    try:
        done = subprocess.run(command, input=job, capture_output=True, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        raise InputError(_endless(name, len(paths))) from None
    if done.returncode == 0:
        return Trial(*json.loads(done.stdout))
    if -done.returncode in (getattr(signal, "SIGXCPU", None), signal.SIGKILL):
        raise InputError(_endless(name, len(paths)))
    said = done.stderr.decode(errors="replace").strip().splitlines()
    with suppress(ValueError):
        said.append(signal.Signals(-done.returncode).name)
    raise InputError(f"the brush {name} cannot be used: MyPaint's engine crashes on it ({said[-1] if said else '?'})")


def _endless(name: str, count: int) -> str:
    return f"the brush {name} cannot be used: MyPaint's engine was not done with {count} strokes after {PATIENCE} s"


def main() -> None:
    """What happens in the process: from the job on stdin to a :class:`Trial` on stdout."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # the engine, too, prints
    content, paths, size = json.loads(sys.stdin.buffer.read())
    background = CANVAS[:, None, None].repeat(size, 1).repeat(size, 2)
    opacity = difference = lost = 0.0
    for path in (StrokePath(*values) for values in paths):
        empty, canvas = Surface(size, size), Surface(size, size, background)
        for surface in (empty, canvas):
            EngineBrush(content.encode()).draw(surface, path)
        drawn, on_canvas = empty.rgba(), canvas.rgba()
        alpha = drawn[..., 3:]
        paint = alpha * np.array(colorsys.hsv_to_rgb(*path.hsv), np.float32)
        opacity, lost = max(opacity, float(alpha.max())), max(lost, float(1 - on_canvas[..., 3].min()))
        for picture, expected in ((drawn, paint), (on_canvas, paint + CANVAS * (1 - alpha))):
            difference = max(difference, float(np.abs(picture[..., :3] - expected).max()))
    with answer:
        json.dump(Trial(opacity, difference, lost), answer)
