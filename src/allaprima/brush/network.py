"""``SplatBrush``'s network compiled: a few dozen samples of a stroke at a time, each number of them in a row.

Rows follow one another in flat arrays. As their length is a constant, the compiler turns loops over a row into vector
instructions without asking whether rows overlap, or end early.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ..jit import compiled, exp

if TYPE_CHECKING:
    from .splat import SplatBrush

ROW = 48  # samples
VARYING = (0, 1, 2, 4, 5, 6, 11, 12, 13, 14, 15, 7)  # what ``tell`` tells of each sample, the parameter last, and
STEADY = (3, 8, 9, 10, 16)  # what is the same for all samples of a stroke

F32 = np.float32
ONE = F32(1)
LOW = F32(-80)  # the least that a sigmoid can tell from less


class Network(NamedTuple):
    """A brush's network as arrays, for H hidden units, O answers, B bristles and G Gaussians; H and O are rounded up
    to fours with zeros. ``back`` are the weights the other way.
    """

    varying: NDArray[np.float32]  # (H, 12), the first layer
    steady: NDArray[np.float32]  # (H, 5)
    first: NDArray[np.float32]  # (H,), its bias
    second: NDArray[np.float32]  # (H, H)
    second_bias: NDArray[np.float32]  # (H,)
    last: NDArray[np.float32]  # (O, H)
    last_bias: NDArray[np.float32]  # (O,)
    varying_back: NDArray[np.float32]  # (12, H)
    second_back: NDArray[np.float32]  # (H, H)
    last_back: NDArray[np.float32]  # (H, O)
    none: NDArray[np.float32]  # (max(12, H),) zeros
    log_sigma: NDArray[np.float32]  # (G,)
    fixed: NDArray[np.float32]  # (B, G, 2): where bristles are, in radii, whatever the direction
    along: NDArray[np.float32]  # (B, G, 2): along and across the stroke
    heaviest: Any  # of a Gaussian's weights per radius of the curve
    widest: Any  # of the logs of its sigmas, in radii
    samples: int

    @classmethod
    def of(cls, brush: SplatBrush, heaviest: float, widest: float) -> Network:
        (w1, b1), (w2, b2), (w3, b3) = ((_padded(brush.net[i].weight), _padded(brush.net[i].bias)) for i in (0, 2, 4))
        none = np.zeros((1, brush.gaussians, 2), F32)
        round = brush.bristles == 1
        return cls(
            np.ascontiguousarray(w1[:, VARYING]), np.ascontiguousarray(w1[:, STEADY]), b1, w2, b2, w3, b3,
            np.ascontiguousarray(w1[:, VARYING].T), np.ascontiguousarray(w2.T), np.ascontiguousarray(w3.T),
            np.zeros(max(len(VARYING), len(w1)), F32), brush.log_sigma.detach().numpy(),
            none if round else (brush.offset + brush.line[:, None, None] * brush.axis).detach().numpy(),
            none if round else brush.along.detach().numpy(),
            F32(np.exp(2 * heaviest)), F32(widest), brush.samples,
        )  # fmt: skip


def _padded(weights: Tensor) -> NDArray[np.float32]:
    """With zeros up to fours."""
    array: NDArray[np.float32] = weights.detach().numpy()
    return np.pad(array, [(0, -length % 4) for length in array.shape])


@compiled()
def layer(weights: Any, bias: Any, given: Any, found: Any) -> None:
    """A layer on a block of samples: weights ``(O, I)``, from ``(I * ROW,)`` to ``(O * ROW,)``; O and I are fours."""
    for o in range(0, len(weights), 4):
        out = found[o * ROW : (o + 4) * ROW]
        for j in range(ROW):
            out[j] = bias[o]
            out[ROW + j] = bias[o + 1]
            out[2 * ROW + j] = bias[o + 2]
            out[3 * ROW + j] = bias[o + 3]
        for i in range(0, weights.shape[1], 4):  # four by four, each number is read and written less often
            some = given[i * ROW : (i + 4) * ROW]
            a0, a1, a2, a3 = weights[o, i], weights[o, i + 1], weights[o, i + 2], weights[o, i + 3]
            b0, b1, b2, b3 = weights[o + 1, i], weights[o + 1, i + 1], weights[o + 1, i + 2], weights[o + 1, i + 3]
            c0, c1, c2, c3 = weights[o + 2, i], weights[o + 2, i + 1], weights[o + 2, i + 2], weights[o + 2, i + 3]
            d0, d1, d2, d3 = weights[o + 3, i], weights[o + 3, i + 1], weights[o + 3, i + 2], weights[o + 3, i + 3]
            for j in range(ROW):
                v0, v1, v2, v3 = some[j], some[ROW + j], some[2 * ROW + j], some[3 * ROW + j]
                out[j] = out[j] + a0 * v0 + a1 * v1 + a2 * v2 + a3 * v3
                out[ROW + j] = out[ROW + j] + b0 * v0 + b1 * v1 + b2 * v2 + b3 * v3
                out[2 * ROW + j] = out[2 * ROW + j] + c0 * v0 + c1 * v1 + c2 * v2 + c3 * v3
                out[3 * ROW + j] = out[3 * ROW + j] + d0 * v0 + d1 * v1 + d2 * v2 + d3 * v3


@compiled()
def gate_(values: Any, slopes: Any) -> None:
    """SiLU, and its slopes if there is room for them."""
    if len(slopes):
        for i in range(len(values)):
            gate = ONE / (ONE + exp(-max(values[i], LOW)))
            slopes[i] = gate * (ONE + values[i] * (ONE - gate))
            values[i] *= gate
    else:
        for i in range(len(values)):
            values[i] /= ONE + exp(-max(values[i], LOW))
