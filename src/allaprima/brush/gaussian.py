"""What brushes share that draw a stroke as Gaussians along its curve: a network that is told what the stroke is like at
some places and answers with the Gaussians there, and the head that makes opacity of the fields which they sum up to.
"""

from __future__ import annotations

from torch import Tensor, nn

from ..kernels import Layer, PixelHead, rasterize
from ..kernels.features import size_feature
from ..kernels.networks import FEATURES
from ..strokes import Strokes
from .generator import Generator


class GaussianBrush(Generator):
    """``gaussians`` fields, made by a network of ``hidden`` units with so many ``answers``, which is told FEATURES and
    ``more`` numbers, the pixel's coarseness last; ``head`` units in the head. ``log_sigma`` ``(G,)``: how wide the
    Gaussians are to begin with, in radii.
    """

    faint = 0.05  # fields that together stay below this are no paint: three quarters of a window are skipped

    def __init__(self, log_sigma: Tensor, hidden: int, answers: int, head: int, more: int) -> None:
        super().__init__()
        self.gaussians = len(log_sigma)
        last = nn.Linear(hidden, answers)
        nn.init.normal_(last.weight, std=0.02)
        nn.init.zeros_(last.bias)
        first = nn.Linear(len(FEATURES) + more, hidden)
        self.net = nn.Sequential(first, nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU(), last)
        self.log_sigma = nn.Parameter(log_sigma)
        looks = nn.Linear(self.gaussians + 2, head)
        self.head = nn.Sequential(looks, nn.SiLU(), nn.Linear(head, 1))
        for layer in (first, looks):  # no regard for coarseness: without strokes of several sizes it stays so
            nn.init.zeros_(layer.weight[:, -1])

    def drawn(self, gaussians: Tensor, strokes: Strokes, boxes: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        """``runs_at`` from the strokes' Gaussians ``(N, G, 4, Q)``."""
        first, last = layers_of(self.head)
        head = PixelHead(first, last, self.faint)
        return rasterize(gaussians, size_feature(strokes.size), boxes, places, head)


def layers_of(network: nn.Sequential) -> list[Layer]:
    """The linear layers, as kernels want them."""
    return [Layer(layer.weight, layer.bias) for layer in network if isinstance(layer, nn.Linear)]
