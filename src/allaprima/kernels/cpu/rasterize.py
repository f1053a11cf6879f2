"""The quick way from Gaussians to opacity on a CPU: ``SplatBrush``'s fields and head in one pass, by numba.

``curve.py`` says what is computed, in torch; this is the same in float32, stroke by stroke, so that a stroke's fields
never leave the processor's cache. What saves time: a Gaussian is summed only where it counts, the head looks only at
pixels with paint, and these pixels are kept as *runs*, along rows, together with the derivatives of their opacity.

Gaussians are summed a few neighbours along the curve at a time, so that each field is read and written less often.
All loops over pixels are plain ones over float32, which the compiler turns into vector instructions; numbers of
another type among them would prevent that.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .compiler import compiled, copy, exp, fill, log, private
from .gaussians import VARIANCE, WEIGHT, X, Y

F32 = np.float32
ZERO, HALF, ONE, TWO = F32(0), F32(0.5), F32(1), F32(2)
CUT = F32(3e-6)  # less than this of a field is nothing
DRAWN, DERIVED = 8, 4  # Gaussians at a time, forward and backward
TINY = F32(1e-30)
LANES = 8  # pixels: rows of fields begin and end at multiples
STRIP = 1 << 15  # numbers in the fields of a strip of rows: they stay in the cache
ROWS = 16  # in a strip at least
BLOCK = 256  # pixels that the head sees at a time


@compiled()
def draw(
    first: Any, last: Any, boxes: Any, places: Any, splats: Any, told: Any,
    w1: Any, b1: Any, w2: Any, b2: Any, faint: Any, edge: Any, opacity: Any, slopes: Any, runs: Any,
) -> Any:  # fmt: skip
    """Draw the strokes ``first`` to ``last``, which ``splats`` are of. Returns how many pixels and runs there are.

    Boxes ``(N, 4)`` int32: left, top, width, height in pixels; places ``(N, 3)``: the window's left, top and side in
    pixels. Gaussians ``(last - first, G, 4, Q)`` in fractions of the window, see ``samples.py``; ``told`` ``(N,)``, the
    head's last input, before its layers ``w1`` ``(H, G + 1)``, ``b1`` ``(N, H)``, ``w2`` ``(H,)`` and ``b2`` ``(1,)``.

    Filled in: runs ``(R, 5)`` int32 (stroke, row, column, length, first pixel), in order of strokes and rows;
    opacity ``(P,)``; slopes ``(G + 1, P)``, its derivatives by the fields and by ``told``, if there is room for them.
    """
    fields_count, samples = splats.shape[1], splats.shape[3]
    wide = 0
    for n in range(first, last):
        wide = max(wide, boxes[n, 2])
    stride, rows = _strip(wide, fields_count)
    fields = np.empty((fields_count, rows, stride), F32)
    together = np.empty(stride, F32)
    seen = np.empty((fields_count, rows * stride), F32)
    ramp, at, along_x, along_y = _scratch(stride, rows, samples, DRAWN)
    head = np.empty((2 * fields_count + 5, BLOCK), F32)
    pixels, count = 0, 0
    for n in range(first, last):
        left, top, width, height = boxes[n, 0], boxes[n, 1], boxes[n, 2], boxes[n, 3]
        for up in range(0, height, rows):
            high = min(rows, height - up)
            for g in range(fields_count):
                for y in range(high):
                    fill(fields[g, y, : width + LANES], ZERO)
                _place(splats[n - first, g], places[n], int(left), int(top + up), at)
                for q in range(0, at.shape[1], DRAWN):
                    x0, x1, y0, y1 = _near(at, q, 0, width, 0, high, ramp, along_x, along_y)
                    for y in range(y1 - y0):
                        line = fields[g, y0 + y, x0:x1]
                        for x in range(x1 - x0):
                            value = line[x]
                            for k in range(DRAWN):
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
                        runs[count, 0], runs[count, 1], runs[count, 2] = n, top + up + y, left + start
                        runs[count, 3], runs[count, 4] = length, pixels + painted
                        painted += length
                        count += 1
                    x += 1
            for i in range(0, painted, BLOCK):
                some = min(BLOCK, painted - i)
                _look(seen, i, some, told[n], w1, b1[n], w2, b2, faint, edge, head, opacity, slopes, pixels + i)
            pixels += painted
    return pixels, count


@private
def _look(
    seen: Any, begin: Any, some: Any, told: Any, w1: Any, b1: Any, w2: Any, b2: Any, faint: Any, edge: Any,
    head: Any, opacity: Any, slopes: Any, at: Any,
) -> None:  # fmt: skip
    """The head on ``some`` pixels: their fields in ``seen`` from ``begin`` on to opacity and slopes from ``at`` on."""
    g_count = len(seen)
    inputs, by_input = head[:g_count], head[g_count : 2 * g_count + 1]
    above, rise, hidden, out = head[-4], head[-3], head[-2], head[-1]
    fill(above[:some], -ONE)
    for g in range(g_count):
        found, put = seen[g, begin : begin + some], inputs[g]
        for i in range(some):
            put[i] = log(found[i] + faint)
            above[i] += found[i] / faint
    for g in range(g_count + 1):
        fill(by_input[g, :some], ZERO)
    fill(out[:some], b2[0])
    for h in range(len(w2)):
        fill(hidden[:some], b1[h] + w1[h, g_count] * told)
        for g in range(g_count):
            put, weight = inputs[g], w1[h, g]
            for i in range(some):
                hidden[i] += weight * put[i]
        weight = w2[h]
        for i in range(some):
            gate = ONE / (ONE + exp(-max(hidden[i], F32(-80))))
            out[i] += weight * hidden[i] * gate
            hidden[i] = weight * gate * (ONE + hidden[i] * (ONE - gate))
        if slopes.shape[1]:
            for g in range(g_count + 1):
                put, weight = by_input[g], w1[h, g]
                for i in range(some):
                    put[i] += weight * hidden[i]
    painted = opacity[at : at + some]
    for i in range(some):
        value = ONE / (ONE + exp(-max(out[i], F32(-80))))
        share = min(above[i] / edge, ONE)
        painted[i] = value * share
        rise[i] = value / (edge * faint) if share < ONE else ZERO
        out[i] = value * (ONE - value) * share
    if slopes.shape[1]:
        for g in range(g_count):
            slope, put, found = slopes[g, at : at + some], by_input[g], seen[g, begin : begin + some]
            for i in range(some):
                slope[i] = put[i] * out[i] / (found[i] + faint) + rise[i]
        slope, put = slopes[g_count, at : at + some], by_input[g_count]
        for i in range(some):
            slope[i] = put[i] * out[i]


@compiled()
def derive(
    first: Any, boxes: Any, places: Any, splats: Any, runs: Any, slopes: Any, given: Any, d_splats: Any, d_told: Any,
) -> None:  # fmt: skip
    """What ``draw`` drew, backward: from the gradient ``given`` ``(P,)`` of its opacity; adds to the gradients."""
    fields_count, samples = splats.shape[1], splats.shape[3]
    wide = 0
    for r in range(len(runs)):
        wide = max(wide, boxes[runs[r, 0], 2])
    stride, rows = _strip(wide, fields_count)
    fields = np.empty((fields_count, rows, stride), F32)  # their gradients
    ramp, at, along_x, along_y = _scratch(stride, rows, samples, DERIVED)
    columns = np.empty((DERIVED, stride), F32)
    r = 0
    while r < len(runs):
        n, up, left = runs[r, 0], runs[r, 1], boxes[runs[r, 0], 0]
        side, width = places[n, 2], boxes[n, 2]
        for g in range(fields_count):
            for y in range(rows):
                fill(fields[g, y, : width + LANES], ZERO)
        west, east, high = width, 0, 0
        total = ZERO
        while r < len(runs) and runs[r, 0] == n and runs[r, 1] - up < rows:
            y, x, length, start = runs[r, 1] - up, runs[r, 2] - left, runs[r, 3], runs[r, 4]
            by_paint = given[start : start + length]
            for g in range(fields_count):
                line, slope = fields[g, y, x : x + length], slopes[g, start : start + length]
                for i in range(length):
                    line[i] = slope[i] * by_paint[i]
            slope = slopes[fields_count, start : start + length]
            for i in range(length):
                total += slope[i] * by_paint[i]
            west, east, high = min(west, x), max(east, x + length), y + 1
            r += 1
        d_told[n] += total
        for g in range(fields_count):
            _place(splats[n - first, g], places[n], int(left), int(up), at)
            for q in range(0, at.shape[1], DERIVED):
                x0, x1, y0, y1 = _near(at, q, west, east, 0, high, ramp, along_x, along_y)
                if x0 == x1:
                    continue
                for k in range(DERIVED):
                    fill(columns[k, : x1 - x0], ZERO)
                e0, e1, e2, e3 = along_x[0], along_x[1], along_x[2], along_x[3]
                c0, c1, c2, c3 = columns[0], columns[1], columns[2], columns[3]
                for y in range(y1 - y0):  # along_y becomes the sums over rows, columns those over columns
                    line = fields[g, y0 + y, x0:x1]
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
                for k in range(min(DERIVED, samples - q)):
                    variance = at[3, q + k]
                    by_x, by_y, column = along_x[k], along_y[k], columns[k]
                    total = shift_x = shift_y = spread = ZERO
                    lines, rows_at, columns_at = ramp[y0:y1], at[1, q + k], at[0, q + k]
                    for y in range(y1 - y0):
                        gap = lines[y] - rows_at
                        total += by_y[y]
                        shift_y += by_y[y] * gap
                        spread += by_y[y] * gap * gap
                    across = ramp[x0:x1]
                    for x in range(x1 - x0):
                        gap = across[x] - columns_at
                        part = column[x] * by_x[x] * gap
                        shift_x += part
                        spread += part * gap
                    found = d_splats[n - first, g, :, q + k]
                    found[X] += shift_x * side / variance
                    found[Y] += shift_y * side / variance
                    found[WEIGHT] += total / max(at[WEIGHT, q + k], TINY)
                    found[VARIANCE] += spread * side * side / (TWO * variance * variance)


@private
def _place(splats: Any, place: Any, left: Any, up: Any, at: Any) -> None:
    """A field's Gaussians in pixels from ``left, up``: ``at`` ``(5, Q)`` gets x, y, weight, variance, and how far each
    one counts. Some more of no weight fill up the last group.
    """
    x, y, weight, variance, reach = at[X], at[Y], at[WEIGHT], at[VARIANCE], at[4]
    side, shift_x, shift_y = place[2], place[0] - F32(left) - HALF, place[1] - F32(up) - HALF
    many = splats.shape[1]
    for q in range(many):
        x[q] = splats[X, q] * side + shift_x
        y[q] = splats[Y, q] * side + shift_y
    for q in range(many):
        weight[q] = splats[WEIGHT, q]
        variance[q] = splats[VARIANCE, q] * side * side
        reach[q] = np.sqrt(TWO * variance[q] * log(max(weight[q] / CUT, ONE)))
    for q in range(many, len(x)):
        x[q], y[q], weight[q], variance[q], reach[q] = x[0], y[0], ZERO, ONE, ZERO


@private
def _near(at: Any, q: Any, west: Any, east: Any, north: Any, south: Any, ramp: Any, along_x: Any, along_y: Any) -> Any:
    """The columns and rows where one of a group of Gaussians counts, that from ``q`` on, of those from ``west`` to
    ``east`` and ``north`` to ``south``; ``along_x`` ``(K, W)`` and, with the weight, ``along_y`` ``(K, H)`` get the
    factors there, from their first number on.
    """
    many = len(along_x)
    x0, x1, y0, y1 = F32(east), F32(west), F32(south), F32(north)
    for k in range(q, q + many):
        if at[4, k] > ZERO:
            x0, x1 = min(x0, at[0, k] - at[4, k]), max(x1, at[0, k] + at[4, k])
            y0, y1 = min(y0, at[1, k] - at[4, k]), max(y1, at[1, k] + at[4, k])
    left, right = int(max(x0, F32(west))), int(min(x1 + ONE, F32(east)))
    top, bottom = int(max(y0, F32(north))), int(min(y1 + ONE, F32(south)))
    if left >= right or top >= bottom:
        return 0, 0, 0, 0
    right = left + (right - left + LANES - 1) // LANES * LANES
    columns, lines = ramp[left:right], ramp[top:bottom]  # loops from 0 on: what may be negative indexes no vector
    for k in range(many):
        x, y, weight, scale = at[0, q + k], at[1, q + k], at[2, q + k], -HALF / at[3, q + k]
        by_x, by_y = along_x[k], along_y[k]
        for i in range(len(columns)):
            gap = columns[i] - x
            by_x[i] = exp(gap * gap * scale)
        for i in range(len(lines)):
            gap = lines[i] - y
            by_y[i] = weight * exp(gap * gap * scale)
    return left, right, top, bottom


@private
def _strip(width: Any, fields_count: Any) -> Any:
    """How long the rows are in memory, with room for a group that ends beyond, and how many make a strip."""
    stride = (width + LANES - 1) // LANES * LANES + LANES
    return stride, max(ROWS, STRIP // (fields_count * stride))


@private
def _scratch(stride: Any, rows: Any, samples: Any, many: Any) -> Any:
    """Room for ``_place`` and ``_near``."""
    ramp = np.empty(max(stride, rows), F32)
    for i in range(len(ramp)):
        ramp[i] = F32(i)
    at = np.empty((5, (samples + many - 1) // many * many), F32)
    return ramp, at, np.empty((many, stride), F32), np.empty((many, rows), F32)
