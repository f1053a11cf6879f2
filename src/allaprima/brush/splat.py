"""``splat``, the default neural brush: a stroke is a sum of Gaussians laid along its curve.

The reference's generator must learn from 12 numbers where to put 4,096 pixels. Told instead about the stroke in the
stroke's own coordinates, some 2,000 parameters learn the brush itself, at any resolution:

1. the curve is sampled, half by arc length, half by parameter;
2. a small network is told what the stroke is like at each sample (pressure, speed, distance to both ends, ...), and
   how large a pixel is, and answers with weight and width of a few isotropic Gaussians there;
3. their sum over the samples gives a few fields: one batched matrix product, as a Gaussian is separable;
4. a pointwise head turns the fields of each pixel into its opacity.

Here are the weights; what is done with them stands in ``kernels.reference``. Hairpins and overlaps add up by
themselves, and gradients are smooth everywhere. Departure from the reference of *The Joy of Neural Painting*: this
generator has no image-shaped layer (docs/departures.md); that one's own stands in ``dcgan.py``.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..kernels import SplatNetwork, gaussians
from ..kernels.columns import NUMBERS, SIDE
from ..strokes import Strokes
from .gaussian import GaussianBrush, layers_of


class SplatBrush(GaussianBrush):
    """``gaussians`` fields, ``samples`` along the curve, ``hidden`` units in the network, ``head`` in the head;
    ``bristles`` in a line for a nib that is not round.
    """

    kind = "splat"

    def __init__(
        self, gaussians: int = 4, samples: int = 48, hidden: int = 32, head: int = 8, bristles: int = 1
    ) -> None:
        log_sigma = torch.linspace(-1.6, 0.5, gaussians) - (0.7 if bristles > 1 else 0)
        super().__init__(log_sigma, hidden, (2 if bristles == 1 else 3) * bristles * gaussians, head, 1)
        self.config = {
            "gaussians": gaussians, "samples": samples, "hidden": hidden, "head": head, "bristles": bristles
        }  # fmt: skip
        self.samples, self.bristles = samples, bristles
        self.line: Tensor
        if bristles > 1:
            self.register_buffer("line", torch.linspace(-1, 1, bristles), persistent=False)
            self.axis = nn.Parameter(torch.tensor([0.3, 0.1]))
            self.offset = nn.Parameter(torch.randn(bristles, gaussians, 2) * 0.05)
            self.along = nn.Parameter(torch.randn(bristles, gaussians, 2) * 0.1)

    def runs_at(self, strokes: Strokes, boxes: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        return self.drawn(self.gaussians_at(strokes, 1 / places[:, SIDE]), strokes, boxes, places)

    def gaussians_at(self, strokes: Strokes, pixel: Tensor) -> Tensor:
        """The strokes' Gaussians ``(N, G, 4, Q)``, in fractions of the window, as a pixel ``(N,)`` is."""
        return gaussians(torch.stack([getattr(strokes, name) for name in NUMBERS], 1), pixel, self.network)

    @property
    def network(self) -> SplatNetwork:
        """The weights, as kernels want them."""
        fixed = along = self.log_sigma.new_zeros(1, self.gaussians, 2)
        if self.bristles > 1:
            fixed, along = self.offset + self.line[:, None, None] * self.axis, self.along
        first, second, last = layers_of(self.net)
        return SplatNetwork(self.samples, first, second, last, self.log_sigma, fixed, along)
