"""From Gaussians to opacity and back, compiled: fields and head in one pass, stroke by stroke, so that its fields never
leave the processor's cache.

What saves time: a Gaussian is summed only where it counts, the head looks only at pixels with paint, and these pixels
are kept as runs, together with the derivatives of their opacity. Gaussians are summed a few neighbours along the curve
at a time, so that each field is read and written less often.

All loops over pixels are plain ones over float32, which the compiler turns into vector instructions; numbers of
another type among them would prevent that.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..columns import COLUMN, HEIGHT, LEFT, LENGTH, ROW, SIDE, START, STROKE, TOP, VARIANCE, WEIGHT, WIDTH, X, Y
from ..features import coarseness
from ..networks import EDGE, PixelHead
from .compiler import compiled, copy, fill
from .head import HEAD_ROWS, PIXELS, opacity_of_fields
from .runs import joined
from .strips import LANES, near, place, scratch, strip
from .threads import arrays, chunks, share

F32 = np.float32
ZERO, TWO = F32(0), F32(2)
CHUNK = 1 << 15  # pixels drawn by a thread at a time, about
TOGETHER, TOGETHER_BACKWARD = 8, 4  # Gaussians at a time
TINY = F32(1e-30)


class Kept(NamedTuple):
    """What each chunk of strokes keeps for the gradient."""

    chunks: list[tuple[int, int]]  # first stroke, and the one after the last
    runs: tuple[NDArray[np.int32], ...]  # (R, 5), START in the chunk's own pixels
    slopes: tuple[NDArray[np.float32], ...]  # (G + 1, P)


def rasterize_forward(
    gaussians: Tensor, size_features: Tensor, boxes: Tensor, places: Tensor, head: PixelHead, keep: bool
) -> tuple[Tensor, Tensor, Kept | None]:
    (w1, b1), (w2, b2) = head.first, head.last
    by_stroke = b1 + coarseness(1 / places[:, SIDE])[:, None] * w1[:, -1]
    layers = [*arrays(w1[:, :-1], by_stroke, w2[0], b2), F32(head.faint), F32(EDGE)]
    where, drawn, features = arrays(boxes, places), *arrays(gaussians, size_features)
    rows = where[0][:, HEIGHT].astype(np.int64)
    areas = where[0][:, WIDTH] * rows

    def draw(first: int, last: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        room = int(areas[first:last].sum())
        opacity, runs = np.empty(room, F32), np.empty((room // 2 + int(rows[first:last].sum()), 5), np.int32)
        slopes = np.empty((drawn.shape[1] + 1, room if keep else 0), F32)
        painted, count = _forward(first, last, *where, drawn[first:last], features, *layers, opacity, slopes, runs)
        return opacity[:painted].copy(), runs[:count].copy(), slopes[:, :painted].copy()

    parts = chunks(areas, CHUNK)
    opacities, runs, slopes = zip(*share(draw, parts), strict=True)
    kept = Kept(parts, runs, slopes) if keep else None
    return *joined(opacities, runs), kept


def rasterize_backward(
    gaussians: Tensor,
    size_features: Tensor,
    boxes: Tensor,
    places: Tensor,
    head: PixelHead,
    kept: Kept,
    grad_opacity: Tensor,
) -> tuple[Tensor, Tensor]:
    drawn, *where = arrays(gaussians, boxes, places)
    grad_gaussians, grad_features = np.zeros_like(drawn), np.zeros(len(drawn), F32)
    ends = np.cumsum([one.shape[1] for one in kept.slopes]).tolist()
    given = np.split(grad_opacity.contiguous().numpy(), ends[:-1])

    def backward(chunk: tuple[int, int], *painted: NDArray[Any]) -> None:
        first, last = chunk
        _backward(first, *where, drawn[first:last], *painted, grad_gaussians[first:last], grad_features)

    share(backward, list(zip(kept.chunks, kept.runs, kept.slopes, given, strict=True)))
    return torch.from_numpy(grad_gaussians), torch.from_numpy(grad_features)


@compiled()
def _forward(
    first: Any, last: Any, boxes: Any, places: Any, gaussians: Any, size_features: Any,
    w1: Any, b1: Any, w2: Any, b2: Any, faint: Any, edge: Any, opacity: Any, slopes: Any, runs: Any,
) -> Any:  # fmt: skip
    """Draw the strokes ``first`` to ``last``, which ``gaussians`` are of. Returns how many pixels and runs there are.

    The head's layers are ``w1`` ``(H, G + 1)``, ``b1`` ``(N, H)`` with the pixels' coarseness, which no stroke can
    change, ``w2`` ``(H,)`` and ``b2`` ``(1,)``. Filled in: runs, in the order of strokes and rows; opacity; slopes
    ``(G + 1, P)``, its derivatives by the fields and by the size feature, if there is room for them.
    """
    fields_count, samples = gaussians.shape[1], gaussians.shape[3]
    wide = 0
    for n in range(first, last):
        wide = max(wide, boxes[n, WIDTH])
    stride, rows = strip(wide, fields_count)
    fields = np.empty((fields_count, rows, stride), F32)
    together = np.empty(stride, F32)
    seen = np.empty((fields_count, rows * stride), F32)
    ramp, at, along_x, along_y = scratch(stride, rows, samples, TOGETHER)
    head = np.empty((2 * fields_count + 1 + HEAD_ROWS, PIXELS), F32)
    pixels, count = 0, 0
    for n in range(first, last):
        left, top, width, height = boxes[n, LEFT], boxes[n, TOP], boxes[n, WIDTH], boxes[n, HEIGHT]
        for up in range(0, height, rows):
            high = min(rows, height - up)
            for g in range(fields_count):
                for y in range(high):
                    fill(fields[g, y, : width + LANES], ZERO)
                place(gaussians[n - first, g], places[n], int(left), int(top + up), at)
                for q in range(0, at.shape[1], TOGETHER):
                    x0, x1, y0, y1 = near(at, q, 0, width, 0, high, ramp, along_x, along_y)
                    for y in range(y1 - y0):
                        line = fields[g, y0 + y, x0:x1]
                        for x in range(x1 - x0):
                            value = line[x]
                            for k in range(TOGETHER):
                                value += along_y[k, y] * along_x[k, x]
                            line[x] = value
            painted = 0
            for y in range(high):
                copy(fields[0, y, :width], together)
                for g in range(1, fields_count):
                    for x in range(width):
                        together[x] += fields[g, y, x]
                x = 0
                while x < width:
                    start = x
                    while x < width and together[x] > faint:
                        x += 1
                    length = x - start
                    if length:
                        for g in range(fields_count):
                            found, line = seen[g, painted : painted + length], fields[g, y, start:x]
                            for i in range(length):
                                found[i] = line[i]
                        runs[count, STROKE], runs[count, ROW], runs[count, COLUMN] = n, top + up + y, left + start
                        runs[count, LENGTH], runs[count, START] = length, pixels + painted
                        painted += length
                        count += 1
                    x += 1
            for i in range(0, painted, PIXELS):
                some = min(PIXELS, painted - i)
                opacity_of_fields(
                    seen, i, some, size_features[n], w1, b1[n], w2, b2, faint, edge, head, opacity, slopes, pixels + i
                )
            pixels += painted
    return pixels, count


@compiled()
def _backward(
    first: Any, boxes: Any, places: Any, gaussians: Any, runs: Any, slopes: Any, grad_opacity: Any,
    grad_gaussians: Any, grad_size_features: Any,
) -> None:  # fmt: skip
    """The same backward, of the runs of the strokes from ``first`` on; adds to the gradients, and to
    ``grad_size_features`` ``(N,)`` of all strokes.
    """
    fields_count, samples = gaussians.shape[1], gaussians.shape[3]
    wide = 0
    for r in range(len(runs)):
        wide = max(wide, boxes[runs[r, STROKE], WIDTH])
    stride, rows = strip(wide, fields_count)
    grad_fields = np.empty((fields_count, rows, stride), F32)
    ramp, at, along_x, along_y = scratch(stride, rows, samples, TOGETHER_BACKWARD)
    columns = np.empty((TOGETHER_BACKWARD, stride), F32)
    r = 0
    while r < len(runs):
        n, up, left = runs[r, STROKE], runs[r, ROW], boxes[runs[r, STROKE], LEFT]
        side, width = places[n, SIDE], boxes[n, WIDTH]
        for g in range(fields_count):
            for y in range(rows):
                fill(grad_fields[g, y, : width + LANES], ZERO)
        west, east, high = width, 0, 0
        total = ZERO
        while r < len(runs) and runs[r, STROKE] == n and runs[r, ROW] - up < rows:
            y, x, length, start = runs[r, ROW] - up, runs[r, COLUMN] - left, runs[r, LENGTH], runs[r, START]
            grad_paint = grad_opacity[start : start + length]
            for g in range(fields_count):
                line, slope = grad_fields[g, y, x : x + length], slopes[g, start : start + length]
                for i in range(length):
                    line[i] = slope[i] * grad_paint[i]
            slope = slopes[fields_count, start : start + length]
            for i in range(length):
                total += slope[i] * grad_paint[i]
            west, east, high = min(west, x), max(east, x + length), y + 1
            r += 1
        grad_size_features[n] += total
        for g in range(fields_count):
            place(gaussians[n - first, g], places[n], int(left), int(up), at)
            for q in range(0, at.shape[1], TOGETHER_BACKWARD):
                x0, x1, y0, y1 = near(at, q, west, east, 0, high, ramp, along_x, along_y)
                if x0 == x1:
                    continue
                for k in range(TOGETHER_BACKWARD):
                    fill(columns[k, : x1 - x0], ZERO)
                e0, e1, e2, e3 = along_x[0], along_x[1], along_x[2], along_x[3]
                c0, c1, c2, c3 = columns[0], columns[1], columns[2], columns[3]
                for y in range(y1 - y0):  # along_y becomes the sums over rows, columns those over columns
                    line = grad_fields[g, y0 + y, x0:x1]
                    a0, a1, a2, a3 = along_y[0, y], along_y[1, y], along_y[2, y], along_y[3, y]
                    s0 = s1 = s2 = s3 = ZERO
                    for x in range(x1 - x0):
                        value = line[x]
                        s0 += value * e0[x]
                        s1 += value * e1[x]
                        s2 += value * e2[x]
                        s3 += value * e3[x]
                        c0[x] += value * a0
                        c1[x] += value * a1
                        c2[x] += value * a2
                        c3[x] += value * a3
                    along_y[0, y], along_y[1, y], along_y[2, y], along_y[3, y] = a0 * s0, a1 * s1, a2 * s2, a3 * s3
                for k in range(min(TOGETHER_BACKWARD, samples - q)):
                    variance = at[VARIANCE, q + k]
                    factor_x, sums_y, column = along_x[k], along_y[k], columns[k]
                    total = shift_x = shift_y = spread = ZERO
                    lines, rows_at, columns_at = ramp[y0:y1], at[Y, q + k], at[X, q + k]
                    for y in range(y1 - y0):
                        gap = lines[y] - rows_at
                        total += sums_y[y]
                        shift_y += sums_y[y] * gap
                        spread += sums_y[y] * gap * gap
                    across = ramp[x0:x1]
                    for x in range(x1 - x0):
                        gap = across[x] - columns_at
                        part = column[x] * factor_x[x] * gap
                        shift_x += part
                        spread += part * gap
                    found = grad_gaussians[n - first, g, :, q + k]
                    found[X] += shift_x * side / variance
                    found[Y] += shift_y * side / variance
                    found[WEIGHT] += total / max(at[WEIGHT, q + k], TINY)
                    found[VARIANCE] += spread * side * side / (TWO * variance * variance)
