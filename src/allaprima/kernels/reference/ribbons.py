"""From strokes' numbers to the opacity of ribbons: each pixel is looked at in the stroke's own coordinates, and learned
numbers say how paint ends at the sides, how it begins, runs out and ends.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ...strokes import WINDOW
from ..columns import COLUMN, ENTRY, LENGTH, PRESSURE, ROW, SIDE, SIZE, STROKE
from ..networks import Ribbon
from ..ribbon_columns import ACROSS, FLATTEST, LEAST, RIBBON
from ..runs import find_runs, in_batches, in_order
from .passages import Curve, Passages, passages

AT_ONCE = 1 << 16  # pixels


def ribbons_forward(numbers: Tensor, boxes: Tensor, places: Tensor, ribbon: Ribbon) -> tuple[Tensor, Tensor]:
    runs = [boxes.new_zeros((0, 5), dtype=torch.int32)]
    begin = 0
    for batch in in_batches(boxes, lambda width, height: AT_ONCE // (width * height)):
        shape = batch.inside.shape
        x, y = batch.columns[:, None].expand(shape).flatten(), batch.rows[:, :, None].expand(shape).flatten()
        stroke = batch.stroke[:, None, None].expand(shape).flatten()
        with torch.no_grad():
            painted = (_opacity(numbers, places, ribbon, stroke, x, y) > 0).view(shape) & batch.inside
        runs.append(find_runs(painted, batch, begin))
        begin += int(painted.sum())
    found = in_order(torch.cat(runs))
    return opacity_on_runs(numbers, places, ribbon, found), found


def ribbons_backward(
    numbers: Tensor, boxes: Tensor, places: Tensor, ribbon: Ribbon, runs: Tensor, grad_opacity: Tensor
) -> Tensor:
    with torch.enable_grad():
        leaf = numbers.detach().requires_grad_()
        (grad_numbers,) = torch.autograd.grad(opacity_on_runs(leaf, places, ribbon, runs), leaf, grad_opacity)
    return grad_numbers


def opacity_on_runs(numbers: Tensor, places: Tensor, ribbon: Ribbon, runs: Tensor) -> Tensor:
    """The opacity ``(P,)`` of painted pixels."""
    runs = runs.long()
    runs = runs[runs[:, -1].argsort()]  # in the order of the pixels
    lengths = runs[:, LENGTH]
    stroke, row, column = (torch.repeat_interleave(runs[:, name], lengths) for name in (STROKE, ROW, COLUMN))
    first = torch.repeat_interleave(lengths.cumsum(0) - lengths, lengths)
    column = column + torch.arange(len(column), device=runs.device) - first
    x, y = (place.to(numbers.dtype) + 0.5 for place in (column, row))
    parts = [torch.split(part, AT_ONCE) for part in (stroke, x, y)]
    return torch.cat([_opacity(numbers, places, ribbon, *part) for part in zip(*parts, strict=True)])


def _opacity(numbers: Tensor, places: Tensor, ribbon: Ribbon, stroke: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """``(P,)`` of pixels at ``x, y`` ``(P,)``, each of a ``stroke`` ``(P,)``; paint lies over paint where one is passed
    several times.
    """
    numbers, places = numbers[stroke], places[stroke].to(numbers.dtype)
    curve = Curve.of(numbers, places)
    length = curve.way(numbers.new_ones(len(numbers), 1))
    found = passages(curve, x, y)
    like = dict(zip(RIBBON, ribbon.numbers.unbind(), strict=True))
    radius = (2 * numbers[:, SIZE, None]).exp() / WINDOW * places[:, SIDE, None] * like["width"]
    first, last = (radius * (1 - like["spring"] * (1 - numbers[:, name, None])) for name in (ENTRY, PRESSURE))
    paint: Tensor = 1 - (1 - found.counts * _paint(like, found, length, radius, first, last)).prod(1)
    return paint


def _paint(
    like: dict[str, Tensor], found: Passages, length: Tensor, radius: Tensor, first: Tensor, last: Tensor
) -> Tensor:
    """What each passage leaves ``(P, 5)``: ``length``, ``radius`` and half the breadth at the ``first`` and the
    ``last`` of the curve ``(P, 1)`` are in pixels.
    """
    breadth = first + (last - first) * found.t
    across = (found.beside / breadth).square().clamp(max=ACROSS)
    bow = across * (like["bow"] + like["bow_more"] * across)
    begin, end = -first * (like["begin"] - bow), length + last * (like["end"] - bow)
    touch, lift = (_softly(like[name] * at, like["pixel_end"]) for name, at in (("touch", first), ("lift", last)))
    soft, flat = _softly(like["side"] * breadth, like["pixel_side"]), found.level.clamp(max=FLATTEST)
    ends = _rise(found.way - begin, touch, flat * like["pixel_end"] / touch)
    ends = ends * _rise(end - found.way, lift, flat * like["pixel_end"] / lift)
    inside, far, flat = breadth * (1 - like["edge"]), found.beside.abs(), flat * like["pixel_side"] / soft
    sides = _rise(inside - far, soft, flat) - _rise(-inside - far, soft, flat)
    gone = ((found.way - begin) / (end - begin).clamp(min=LEAST)).clamp(0, 1)
    dry = like["dry"] * ((end - begin) / (radius * like["far"])).clamp(0, 1)
    parted = like["parting"] - (1 - dry * gone.square())
    bare = _rise(parted, like["parted"] / 6**0.5, torch.zeros_like(parted))
    return like["most"] * sides * ends * (1 - like["gaps"] * bare)


def _softly(length: Tensor, pixels: Tensor) -> Tensor:
    return (length.square() + pixels.square()).sqrt()


def _rise(x: Tensor, soft: Tensor, flat: Tensor) -> Tensor:
    """From 0 to 1 across an edge that is ``soft``, a standard deviation: where ``flat`` is 1 it rises straight, as an
    edge crosses a pixel along its rows, where it is 0 as across its diagonal.
    """
    flat = flat.detach()
    x = (x * ((1 + flat.square()) / 6).sqrt() / soft).clamp(-1, 1)
    round_ = 0.5 - 0.5 * (1 - x.abs()).square() / (1 - flat.square())
    return 0.5 + torch.where(x.abs() <= flat, x / (1 + flat), round_ * x.sign())
