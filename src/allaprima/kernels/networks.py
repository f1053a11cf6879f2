"""What brushes are to kernels: the weights of their networks, and the bounds of what these may answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor

FEATURES = (
    "pressure", "log_pressure", "log_light_pressure", "size", "pace", "from_start", "to_end", "parameter", "length",
    "entry_pressure", "end_pressure", "cos", "sin", "cos_double", "sin_double", "bend",
)  # fmt: skip
"""What a network is told of each sample of a stroke, in this order: see ``features.stroke_features``."""

HEAVIEST = 0.7  # log of (half) a Gaussian's largest weight: without bounds the fields reach far beyond the paint
FARTHEST = 3.0  # log of how far from the curve a bristle may be, in nibs: one with no part in a stroke goes there
WIDEST = 0.1  # log of a Gaussian's largest sigma in radii
EDGE = 4  # times ``faint`` above it, fields are paint as the head says: so that it ends without an edge


class Layer(NamedTuple):
    """A linear layer."""

    weight: Tensor  # (O, I)
    bias: Tensor  # (O,)

    @property
    def learns(self) -> bool:
        """Whether its weights want a gradient."""
        return self.weight.requires_grad or self.bias.requires_grad


@dataclass(frozen=True, eq=False)
class SplatNetwork:
    """From strokes' numbers to Gaussians, G at each of ``samples`` places along the curve and each of B bristles.

    The layers, with SiLU between them, take FEATURES and the pixel's coarseness, and answer with the logs of weight and
    width, and, if there are several bristles, of how far each is from the curve: O = 2 G, or 3 B G.
    """

    samples: int
    first: Layer
    second: Layer
    last: Layer
    log_sigma: Tensor  # (G,), in radii
    fixed: Tensor  # (B, G, 2): where bristles are in a picture whatever the stroke's direction, x and y in radii
    along: Tensor  # (B, G, 2): and where along and across the stroke

    @property
    def gaussians(self) -> int:
        """G."""
        return len(self.log_sigma)

    @property
    def bristles(self) -> int:
        """B."""
        return len(self.fixed)

    @property
    def learns(self) -> bool:
        """Whether its weights want a gradient."""
        numbers = (self.log_sigma, self.fixed, self.along)
        return any(part.learns for part in (self.first, self.second, self.last)) or any(
            part.requires_grad for part in numbers
        )


class Ribbon(NamedTuple):
    """What a brush is like that draws strokes as ribbons."""

    numbers: Tensor  # (18,), ribbon_columns.RIBBON

    @property
    def learns(self) -> bool:
        """Whether these want a gradient."""
        return self.numbers.requires_grad


@dataclass(frozen=True, eq=False)
class PixelHead:
    """From the G fields that Gaussians sum up to, pixel by pixel, to opacity: two layers with SiLU between them.

    They take the logs of the fields, what ``features.size_feature`` tells of the stroke, and the pixel's coarseness.
    """

    first: Layer  # (H, G + 2)
    last: Layer  # (1, H)
    faint: float  # fields that together stay below this are no paint

    @property
    def learns(self) -> bool:
        """Whether its weights want a gradient."""
        return self.first.learns or self.last.learns
