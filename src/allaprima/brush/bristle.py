"""Bristle oil paint: our own painting program, always there, at any size, which knows thickness.

A stroke is looked at in its own coordinates, the way along its curve and the place across. Each bristle touches down
and lifts by itself, leaves a streak, and runs out of paint; paint is pushed up at the sides and at the end, lights are
laid thick and darks thin; and wet in wet the brush picks up some of what lies under it and carries it along. Lengths
belong to the painting and not to its pixels: to 1/1600 of its long side. Chance is a hash of the stroke's ``sample``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..image.color import LUMA
from ..kernels import bristle_columns as columns
from ..kernels import bristles
from ..kernels.bristle_columns import BristleStrokes
from ..kernels.columns import CORNER, HEIGHT, SIDE, WIDTH
from ..strokes import WINDOW, PlacedStrokes, Strokes, as_strokes, sample_of
from .bristle_shape import parse_shape, read_shape
from .opacity import check_finite, check_window
from .shown import as_png

PROGRAM = "bristle/"  # begins the names of these brushes
UNITS = 1600  # in the long side of a painting
ALONE = 400  # in the side of a window that belongs to no painting
FINEST = 192  # px: a smaller window is drawn larger, and averaged
DARK = 0.06  # how thick black is laid, of what white is
STREAKED = 0.25  # how far bristles show in the tone of darks and of quiet ground, of what they do in lights
AROUND = 3.2, 0.01, 4.0  # no paint lies further from a stroke's points than so many radii, lengths and px together


class BristleBrush:
    """A brush of bristles. ``BristleBrush("flat")(strokes, size)`` draws opacity.

    ``name`` is one of those that ship, with or without ``bristle/``, or the path of a description of your own, a
    ``.toml`` or ``.json``; ``text`` gives its content directly. Raises InputError for an unknown name or a bad
    description.
    """

    differentiable = False

    def __init__(self, name: str | Path, text: str | None = None) -> None:
        short = str(name).removeprefix(PROGRAM)
        self.shape = parse_shape(read_shape(short) if text is None else text, str(name))
        self.name = PROGRAM + Path(short).stem
        self.text = self.shape.text
        self.sha256 = hashlib.sha256(self.text.encode()).hexdigest()

    def __repr__(self) -> str:
        return f"BristleBrush {self.name}"

    def _repr_png_(self) -> bytes:
        return as_png(self)

    def __call__(self, strokes: Strokes | Tensor, size: int = WINDOW) -> Tensor:
        """Opacity ``(N, 1, size, size)`` float32 in [0,1], each stroke with its own sample (0 where none is given), on
        the CPU; the result is where the strokes are. Raises InputError for numbers that are not finite.
        """
        strokes = as_strokes(strokes)
        check_window(size)
        scale = -(-FINEST // size)
        big = size * scale
        places = torch.tensor([[0.0, 0.0, big]]).expand(len(strokes), 3)
        opacity = np.empty((len(strokes), size, size), np.float32)
        bristles.opacities(opacity, scale, self._laid(strokes, places, big / ALONE))
        return torch.from_numpy(opacity)[:, None].to(strokes.device)

    def draw_run(self, strokes: Strokes, size: int = WINDOW) -> NDArray[np.uint8]:
        """Opacity ``(N, size, size)`` uint8 for a data set: each stroke with another sample, so that a network learns
        the brush and not one draw of its randomness.
        """
        samples = torch.arange(len(strokes)) * 7919 % 65_521 + 1
        opacity = self(strokes.placed(0, 0, size, sample=samples), size)[:, 0]
        return (opacity * 255).round().byte().numpy()

    def on_boxes(self, strokes: Strokes, boxes: Tensor, places: Tensor) -> Iterator[NDArray[np.float32]]:
        """Opacity ``(height, width)`` in [0,1] of each stroke on its own box ``(N, 4)`` int32 (left, top, width,
        height), with its window at ``places`` ``(N, 3)`` (left, top, side), all in pixels.
        """
        boxes, places = boxes.cpu(), places.detach().cpu()
        corners = torch.cat([places[:, CORNER] - boxes[:, CORNER], places[:, SIDE, None]], 1)
        laid = self._laid(strokes, corners, places[:, SIDE] / ALONE)
        for index, (width, height) in enumerate(zip(boxes[:, WIDTH].tolist(), boxes[:, HEIGHT].tolist(), strict=True)):
            opacity, part = np.empty((1, height, width), np.float32), slice(index, index + 1)
            bristles.opacities(opacity, 1, laid.part(part))
            yield opacity[0]

    def pick_up(
        self, canvas: NDArray[np.float32], strokes: PlacedStrokes, scale: float, unit: float
    ) -> NDArray[np.float32]:
        """The colours that the brush carries along on each stroke; a small ``canvas`` ``(3, H, W)``, whose pixels are
        ``1 / scale`` canvas pixels, is painted on in place.
        """
        return bristles.pick_up(canvas, self._laid(strokes, strokes.places * scale, unit))

    def draw_on(
        self,
        canvas: NDArray[np.float32],
        height: NDArray[np.float32],
        strokes: PlacedStrokes,
        carried: NDArray[np.float32],
        scale: float,
        unit: float,
        relief: Tensor | None = None,
    ) -> None:
        """Placed strokes in order over a ``canvas`` ``(C, H, W)`` and its ``height`` ``(H, W)``, in place, whose pixels
        are ``1 / scale`` canvas pixels; a ``unit``, 1/1600 of the painting's long side, has so many of them.
        ``carried`` is what :meth:`pick_up` found; ``relief`` ``(N,)``, how thick each stroke is laid, times what it is
        by itself.
        """
        bristles.paint_on(canvas, height, self._laid(strokes, strokes.places * scale, unit, relief), carried)

    def boxes(self, strokes: PlacedStrokes, scale: float) -> NDArray[np.float64]:
        """Around all that placed strokes may paint ``(N, 4)``: left, top, right and bottom in pixels, which are
        ``1 / scale`` canvas pixels.
        """
        numbers = self._laid(strokes, strokes.places * scale, 1.0).numbers
        points = numbers[:, columns.POINTS].reshape(-1, 3, 2)
        long = np.linalg.norm(np.diff(points, axis=1), axis=2).sum(1)
        radii, lengths, pixels = AROUND
        reach = (radii * self.shape.width * numbers[:, columns.RADIUS] + lengths * long + pixels)[:, None]
        return np.concatenate([points.min(1) - reach, points.max(1) + reach], 1)

    def _laid(
        self, strokes: Strokes, places: Tensor, unit: float | Tensor, relief: Tensor | None = None
    ) -> BristleStrokes:
        """Strokes as kernels want them, with windows at ``places`` ``(N, 3)`` in pixels."""
        check_finite(strokes)
        strokes, places = strokes.detach().to("cpu").to(torch.float64), places.detach().to("cpu").double()
        light = strokes.color @ torch.tensor(LUMA, dtype=torch.float64)
        body = self.shape.thickness * (DARK + (1 - DARK) * (1.3 * light).clamp(0, 1))
        points = torch.cat([point * places[:, SIDE, None] + places[:, CORNER] for point in strokes.bezier], 1)
        numbers = np.zeros((len(strokes), columns.STROKE_COLUMNS))
        numbers[:, columns.POINTS] = points.numpy()
        numbers[:, columns.RADIUS] = (strokes.radius * places[:, SIDE]).numpy()
        numbers[:, columns.UNIT] = unit.numpy() if isinstance(unit, Tensor) else unit
        numbers[:, columns.ENTRY], numbers[:, columns.PRESSURE] = strokes.entry_pressure, strokes.pressure
        told = 1.0 if relief is None else relief.cpu()
        numbers[:, columns.BODY], numbers[:, columns.STREAKS] = body * told, STREAKED + (1 - STREAKED) * light * told
        samples: NDArray[np.int64] = sample_of(strokes).numpy()
        return BristleStrokes(numbers, strokes.color.float().numpy(), samples, self.shape.numbers)
