"""Painting on another device: whatever a brush or strokes live on, everything that is made beside them lives there."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import allaprima
from allaprima import Painting
from allaprima.app.batch import Order, paint_order, write_order
from allaprima.painters import schedule

from .other_device import DEVICE, other_device

SMALL: dict[str, Any] = {"strokes": 20, "size": 48, "mood": "painterly"}
RUNS: dict[str, dict[str, Any]] = {
    "pixels": {},
    "opaque": {"opaque": True, "brush": "oil:0.7,chalk:0.3"},
    "palette": {"palette": "5", "connected": True, "grayscale": True},
    "features": {"loss": "both", "mood": "likeness"},
    "grain": {"engine": "mypaint", "quality": "normal"},
    "in oil": {"mood": "oil", "brush": "flat", "strokes": 40},
    "in focus": {"focus": "corner.png", "size": 400, "quality": "normal"},
}
CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")


@pytest.fixture(autouse=True)
def corner(inside: None) -> None:
    """A mask, and where it is."""
    bright = np.zeros((12, 18), np.uint8)
    bright[:4, :5] = 255
    Image.fromarray(bright).save("corner.png")


def whole(photo: Path, folder: Path, device: str, changes: dict[str, Any]) -> Painting:
    """The whole of it: paint, look at a step, save, go on, render and write."""
    order = Order(
        photo,
        (folder / "a.png", folder / "a.ora", folder / "a.painting.json"),
        {"quality": "draft", **SMALL, **changes, "device": device},
        preview=folder / "growing.png",
    )
    where = DEVICE if device == "cuda" and not torch.cuda.is_available() else device
    brushes = [allaprima.load_brush(name.split(":")[0], where) for name in changes["brush"].split(",")]
    seen = []

    def look(step: allaprima.Step) -> None:
        if step.index == 2:
            seen.append((step.canvas(32), step.painting()))

    painted = paint_order(order, brushes, look)
    write_order(order, painted, brushes)
    canvas, under_way = seen[0]
    assert max(canvas.shape) == 32 and under_way.unfinished is not None
    again = allaprima.paint(photo, resume=under_way, brushes=brushes, device=device)  # type: ignore[arg-type]
    assert len(again) == len(painted.painting) == (SMALL | changes)["strokes"]
    assert painted.painting.strokes.device.type == "cpu"
    return painted.painting


@pytest.mark.parametrize("name", RUNS)
def test_nothing_strays(name: str, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a device that needs no hardware, and refuses every operator that mixes its tensors with the CPU's."""
    there = {"cuda": DEVICE}
    monkeypatch.setattr("allaprima.painters.paint.find_device", lambda name: there.get(name, torch.device("cpu")))
    few = dict.fromkeys(schedule.PAINTERLY, schedule.Effort(1, 2, 0, 1, 1, schedule.JOINT_AT))  # it is slow
    monkeypatch.setattr(schedule, "EFFORT", dict.fromkeys(schedule.EFFORT, few))
    with other_device():
        painting = whole(photo, tmp_path, "cuda", {"brush": "oil", **RUNS[name]})
    here = allaprima.paint(photo, **{"quality": "draft", **SMALL, "brush": "oil", **RUNS[name]})
    apart = painting.render().astype(float) - here.render()
    assert np.square(apart).mean() < 300  # about as good: other sums lead to other strokes


@pytest.mark.cuda
@CUDA
@pytest.mark.parametrize("name", RUNS)
def test_on_a_gpu(name: str, photo: Path, tmp_path: Path) -> None:
    changes = {"brush": "oil", **RUNS[name]}
    painting = whole(photo, tmp_path, "cuda", changes)
    here = allaprima.paint(photo, **{"quality": "draft", **SMALL, **changes, "device": "cpu"})
    apart = painting.render().astype(float) - here.render()
    assert np.square(apart).mean() < 300  # about as good: other sums lead to other strokes
