"""A stroke: 12 named numbers in [0,1] on a square window, and the window's place on a canvas.

The numbers, their order and their meaning are those of the published data (R. Nakano, *Neural Painters*,
arXiv 1904.08410, and *The Joy of Neural Painting*). On a window of 64 px:

===== ================== ==========================================================================
index name               meaning
===== ================== ==========================================================================
0     pressure           pressure at the end, x 0.8
1     size               radius = exp(2 size) px: 1 to 7.39 px
2, 3  control_x, _y      x 64 px; the curve passes *through* this point at t = 1/2
4, 5  end_x, end_y       x 64 px
6-8   color_r, _g, _b    straight sRGB
9, 10 start_x, start_y   x 64 px
11    entry_pressure     pressure at the start, x 0.8
===== ================== ==========================================================================

On a window of another side everything scales, time included, so a stroke means the same at any size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .errors import InputError, check_kind
from .stroke_columns import as_numbers, as_times, check_lengths, check_places, check_sides
from .thumbnails import Curve, in_place, thumbnails

if TYPE_CHECKING:
    from typing_extensions import Self

AnyStrokes = TypeVar("AnyStrokes", bound="Strokes")

ACTION = (
    "pressure", "size", "control_x", "control_y", "end_x", "end_y",
    "color_r", "color_g", "color_b", "start_x", "start_y", "entry_pressure",
)  # fmt: skip
"""The 12 names in the published order."""

PLACE = ("window_x", "window_y", "window")
"""The window in canvas pixels: left, top, side."""

WINDOW = 64
"""Side in pixels of the window on which the published data was drawn; sizes and times refer to it."""

THUMBNAILS, IN_PLACE = 24, 5000  # strokes that a notebook shows, at most


@dataclass(frozen=True, eq=False, repr=False)
class Strokes:
    """N strokes, bottom first: the 12 numbers of the action, floats in [0,1], each a tensor of shape ``(N,)``."""

    pressure: Tensor
    size: Tensor
    control_x: Tensor
    control_y: Tensor
    end_x: Tensor
    end_y: Tensor
    color_r: Tensor
    color_g: Tensor
    color_b: Tensor
    start_x: Tensor
    start_y: Tensor
    entry_pressure: Tensor

    def __post_init__(self) -> None:
        check_lengths(vars(self))

    # ---- making strokes

    @classmethod
    def from_actions(cls, actions: Tensor | NDArray[Any] | Sequence[Sequence[float]]) -> Strokes:
        """Strokes from an ``(N, 12)`` float tensor, or from such an array of numpy, which is copied, or from a list of
        rows of 12 numbers, in the published order: pressure, size, control_x, control_y, end_x, end_y, color_r,
        color_g, color_b, start_x, start_y, entry_pressure.

        Raises :class:`InputError` for another shape, or what is none of these.
        """
        if not isinstance(actions, Tensor):
            kinds = (np.ndarray, list, tuple)
            check_kind(actions, kinds, "actions", f"Strokes, an (N, {len(ACTION)}) tensor or array, or rows of numbers")
            given = actions.copy() if isinstance(actions, np.ndarray) else actions
            actions = as_numbers("actions", given, f"rows of {len(ACTION)} numbers, of equal length")
            actions = actions if actions.is_floating_point() else actions.float()
        if actions.ndim != 2 or actions.shape[1] != len(ACTION):
            raise InputError(f"actions have the shape {tuple(actions.shape)}; they must be (N, {len(ACTION)})")
        return cls(*actions.unbind(1))

    @classmethod
    def random(cls, count: int, seed: int | Sequence[int] = 0) -> Strokes:
        """``count`` strokes drawn uniformly from [0,1]^12; the same seed gives the same strokes anywhere.
        Raises :class:`InputError` for a number or a seed that cannot be.
        """
        check_kind(count, SupportsIndex, "the number of strokes", "a whole number")
        if count < 0:
            raise InputError(f"the number of strokes is {count}: give 0 or more")
        try:
            generator = np.random.default_rng(seed)
        except (TypeError, ValueError):
            raise InputError(f"the seed is {str(seed)[:60]}: give a whole number, 0 or more, or several") from None
        numbers = generator.random((count, len(ACTION)), dtype=np.float32)
        return cls.from_actions(torch.from_numpy(numbers))

    @staticmethod
    def cat(parts: Sequence[AnyStrokes]) -> AnyStrokes:
        """The strokes of all parts, in order; all of one kind, placed or not. Raises InputError for no parts."""
        if not parts:
            raise InputError("no strokes to join: give at least one part")
        kind = type(parts[0])
        if any(type(part) is not kind for part in parts):
            raise InputError("some of the strokes are placed and some are not: place all or none")
        return kind(**{one.name: torch.cat([getattr(part, one.name) for part in parts]) for one in fields(kind)})

    def placed(
        self,
        window_x: Tensor | float,
        window_y: Tensor | float,
        window: Tensor | float,
        *,
        brush: Tensor | int = 0,
        level: Tensor | int = 0,
        sample: Tensor | int = 0,
    ) -> PlacedStrokes:
        """These strokes on windows of a canvas: each value ``(N,)``, or one for all; see :class:`PlacedStrokes`. Raises
        :class:`InputError` for another shape, a place that is not finite, and a side that is not above 0.
        """
        like = self.pressure.detach()
        place = {"window_x": window_x, "window_y": window_y, "window": window}
        marks = {"brush": brush, "level": level, "sample": sample}
        columns = {name: self._column(name, value).to(like) for name, value in place.items()}
        check_places(columns)
        check_sides(columns["window"])
        columns |= {name: self._column(name, value).to(like.device).long() for name, value in marks.items()}
        return PlacedStrokes(**{name: getattr(self, name) for name in ACTION}, **columns)

    # ---- looking at strokes

    @property
    def actions(self) -> Tensor:
        """``(N, 12)`` in the published order."""
        return torch.stack([getattr(self, name) for name in ACTION], 1)

    @property
    def color(self) -> Tensor:
        """``(N, 3)`` straight sRGB in [0,1]."""
        return torch.stack([self.color_r, self.color_g, self.color_b], 1)

    @property
    def start(self) -> Tensor:
        """``(N, 2)`` x and y in fractions of the window."""
        return torch.stack([self.start_x, self.start_y], 1)

    @property
    def through(self) -> Tensor:
        """``(N, 2)``: where the curve is at t = 1/2 (``control_x, control_y``)."""
        return torch.stack([self.control_x, self.control_y], 1)

    @property
    def end(self) -> Tensor:
        """``(N, 2)`` x and y in fractions of the window."""
        return torch.stack([self.end_x, self.end_y], 1)

    @property
    def radius(self) -> Tensor:
        """``(N,)`` basic radius in fractions of the window: 1/64 to 7.39/64."""
        return torch.exp(2 * self.size) / WINDOW

    @property
    def bezier(self) -> tuple[Tensor, Tensor, Tensor]:
        """The three control points ``(N, 2)`` of the quadratic Bezier: start, K = 2C - (S + E)/2, end."""
        return self.start, 2 * self.through - (self.start + self.end) / 2, self.end

    def curve(self, t: Tensor | Sequence[float] | float) -> Tensor:
        """Points ``(N, T, 2)`` of the curve at the parameters ``t``, ``(T,)`` or ``(N, T)`` or one, in [0,1]."""
        start, control, end = (point[:, None] for point in self.bezier)
        u = as_times(t, self.size)[..., None]
        return (1 - u) ** 2 * start + 2 * u * (1 - u) * control + u**2 * end

    def pressure_at(self, t: Tensor | Sequence[float] | float) -> Tensor:
        """Pressure ``(N, T)`` in [0, 0.8] at ``t``: entry to the mean by t = 1/4, to the end from t = 3/4 on."""
        first, last = 0.8 * self.entry_pressure[:, None], 0.8 * self.pressure[:, None]
        middle = (first + last) / 2
        u = as_times(t, self.size)
        return first + (middle - first) * (4 * u).clamp(0, 1) + (last - middle) * (4 * u - 3).clamp(0, 1)

    def __len__(self) -> int:
        return len(self.pressure)

    def __repr__(self) -> str:
        return f"{type(self).__name__}: {len(self):,} of {len(ACTION)} numbers each"

    def _repr_html_(self) -> str:
        return f"<div>{self!r}</div>{thumbnails(self._curves(THUMBNAILS))}"

    def _curves(self, count: int) -> list[Curve]:
        """The first ones, in fractions of their windows."""
        some = self[:count].detach().to("cpu")
        return list(zip(*(one.tolist() for one in (*some.bezier, 2 * some.radius, some.color)), strict=True))

    # ---- other strokes from these

    def __getitem__(self, index: slice | Tensor) -> Self:
        return self.map(lambda value: value[index])

    def map(self, change: Callable[[Tensor], Tensor]) -> Self:
        """The strokes with ``change`` applied to every field."""
        return replace(self, **{one.name: change(getattr(self, one.name)) for one in fields(self)})

    def to(self, target: torch.device | torch.dtype | str) -> Self:
        """On another device, or with another floating type (the integer fields stay)."""
        if isinstance(target, torch.dtype):
            return self.map(lambda value: value.to(target) if value.is_floating_point() else value)
        return self.map(lambda value: value.to(target))

    def detach(self) -> Self:
        """Without gradient."""
        return self.map(torch.Tensor.detach)

    def change(self, **values: Tensor | float) -> Self:
        """With some fields replaced, by name: each ``(N,)``, or one number for all. Raises :class:`InputError` for a
        name that is none, and another shape.
        """
        known = [one.name for one in fields(self)]
        if unknown := [name for name in values if name not in known]:
            raise InputError(f"strokes have no {unknown[0]!r}: choose from {', '.join(known)}")
        return replace(self, **{name: self._column(name, value) for name, value in values.items()})

    def _column(self, name: str, value: object) -> Tensor:
        """One number for each of the strokes."""
        column = as_numbers(name, value)
        column = column if isinstance(value, Tensor) else column.to(getattr(self, name, self.pressure))
        if column.shape not in ((), (1,), (len(self),)):
            told = f"{name} has the shape {tuple(column.shape)}"
            raise InputError(f"{told}: give one number for each of the {len(self)} strokes, or one for all")
        return column if column.shape == (len(self),) else column.expand(len(self))

    @property
    def device(self) -> torch.device:
        """Where the strokes are."""
        return self.pressure.device


@dataclass(frozen=True, eq=False, repr=False)
class PlacedStrokes(Strokes):
    """Strokes each with a place on a canvas: its window's left, top and side in canvas pixels, floats (the window may
    reach over the canvas' edge); and, integers, ``brush`` (index into the painting's brushes), ``level`` (0 = coarsest)
    and ``sample`` (which of the brush's random draws). Each ``(N,)``.
    """

    window_x: Tensor
    window_y: Tensor
    window: Tensor
    brush: Tensor
    level: Tensor
    sample: Tensor

    def _repr_html_(self) -> str:
        places = self.places[:IN_PLACE].detach().tolist()
        return f"<div>{self!r}</div>{in_place(self._curves(IN_PLACE), places)}"

    @property
    def places(self) -> Tensor:
        """``(N, 3)`` window_x, window_y, window in canvas pixels."""
        return torch.stack([self.window_x, self.window_y, self.window], 1)

    @property
    def area(self) -> Tensor:
        """``(N,)`` about how many canvas pixels each covers: its chord, round ends and all, times its width."""
        length = (self.end - self.start).norm(dim=1) + 2 * self.radius
        area: Tensor = 2 * self.radius * length * self.window.square()
        return area


def sample_of(strokes: Strokes) -> Tensor:
    """Which of the brush's random draws each stroke is, ``(N,)``: the first, 0, if the strokes are not placed."""
    if isinstance(strokes, PlacedStrokes):
        return strokes.sample
    return torch.zeros(len(strokes), dtype=torch.long, device=strokes.device)


def as_strokes(strokes: Strokes | Tensor | NDArray[Any]) -> Strokes:
    """The door of every brush: ``Strokes`` as they are, an ``(N, 12)`` tensor or array wrapped."""
    return strokes if isinstance(strokes, Strokes) else Strokes.from_actions(strokes)
