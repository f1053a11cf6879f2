"""The head of a brush compiled: from the fields of painted pixels to their opacity, some pixels at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from .compiler import exp, fill, log, private

F32 = np.float32
ZERO, ONE = F32(0), F32(1)
PIXELS = 256  # at a time

HEAD_ROWS = 4
ABOVE, RISE, HIDDEN, OUT = range(-HEAD_ROWS, 0)
"""The last rows of the head's scratch ``(2 G + 1 + HEAD_ROWS, PIXELS)``, before which its inputs stand, and their
gradients: how far fields are above ``faint``, how opacity rises with that, a hidden unit, and what comes out."""


@private
def opacity_of_fields(
    seen: Any, begin: Any, some: Any, size_feature: Any, w1: Any, b1: Any, w2: Any, b2: Any, faint: Any, edge: Any,
    head: Any, opacity: Any, slopes: Any, at: Any,
) -> None:  # fmt: skip
    """The head on ``some`` pixels: their fields in ``seen`` from ``begin`` on to opacity and slopes from ``at`` on."""
    g_count = len(seen)
    inputs, grad_input = head[:g_count], head[g_count : 2 * g_count + 1]
    above, rise, hidden, out = head[ABOVE], head[RISE], head[HIDDEN], head[OUT]
    fill(above[:some], -ONE)
    for g in range(g_count):
        found, put = seen[g, begin : begin + some], inputs[g]
        for i in range(some):
            put[i] = log(found[i] + faint)
            above[i] += found[i] / faint
    for g in range(g_count + 1):
        fill(grad_input[g, :some], ZERO)
    fill(out[:some], b2[0])
    for h in range(len(w2)):
        fill(hidden[:some], b1[h] + w1[h, g_count] * size_feature)
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
                put, weight = grad_input[g], w1[h, g]
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
            slope, put, found = slopes[g, at : at + some], grad_input[g], seen[g, begin : begin + some]
            for i in range(some):
                slope[i] = put[i] * out[i] / (found[i] + faint) + rise[i]
        slope, put = slopes[g_count, at : at + some], grad_input[g_count]
        for i in range(some):
            slope[i] = put[i] * out[i]
