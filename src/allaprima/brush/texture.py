"""Texture: the grain of a stroke, dab by dab, where the splat brush gives the mean of all strokes.

The mean stroke is smooth, since it averages over the brush's luck. But MyPaint's luck can be known
(``mypaint_dabs.py``): told the very random numbers that the engine would use for a stroke's ``sample``, a small network
learns what each dab looks like, and so draws this sample and no other. The Gaussians lie at the dabs.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..kernels.columns import SIDE
from ..kernels.features import bounded, coarseness, pixel_variance, stroke_features
from ..kernels.runs import join_runs
from ..strokes import Strokes, sample_of
from .gaussian import GaussianBrush
from .mypaint_dabs import LUCK_RADIUS, Dabs

DABS = 1 << 14  # drawn together, at most


class Texture(GaussianBrush):
    """Strokes with their ``sample`` (0 where they have none) to opacity ``(N, 1, size, size)`` in [0,1].

    ``myb`` is the text of the MyPaint brush, ``gaussians`` fields, ``hidden`` units in the network, ``head`` in the
    head. Raises InputError for a text that is no brush.
    """

    kind = "texture"
    reach = 4.0  # luck carries dabs away from the curve
    faint = 0.02  # a single dab is little

    def __init__(self, myb: str, gaussians: int = 3, hidden: int = 24, head: int = 8) -> None:
        super().__init__(torch.linspace(-1.4, 0.0, gaussians), hidden, 2 * gaussians + 2, head, 2)
        self.config = {"gaussians": gaussians, "hidden": hidden, "head": head}
        self.dabs = Dabs(myb)

    def runs_at(self, strokes: Strokes, boxes: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        t, counts = self.dabs.along(strokes.detach())
        order = counts.argsort(descending=True, stable=True)  # together with strokes that have about as many dabs
        parts, first = [], 0
        while first < len(strokes):
            most = max(1, int(counts[order[first]]))
            some = order[first : first + max(1, DABS // most)]
            gaussians = self._gaussians(strokes[some], t[some, :most], counts[some], 1 / places[some, SIDE])
            parts.append((some, *self.drawn(gaussians, strokes[some], boxes[some], places[some])))
            first += len(some)
        return join_runs(parts)

    def _gaussians(self, strokes: Strokes, t: Tensor, counts: Tensor, pixel: Tensor) -> Tensor:
        """The Gaussians ``(N, G, 4, Q)`` of the dabs at ``t`` ``(N, Q)``, of which there are ``counts`` ``(N,)``; the
        rest has no weight.
        """
        there = torch.arange(t.shape[1], device=t.device) < counts[:, None]
        luck = self.dabs.luck(sample_of(strokes), t.shape[1])
        t, uneven_luck = t.to(strokes.size.dtype), luck[..., LUCK_RADIUS, None]
        between = torch.cat([torch.zeros_like(t[:, :1]), (t[:, 1:] + t[:, :-1]) / 2, torch.ones_like(t[:, :1])], 1)
        features, _, radius, _ = stroke_features(strokes, t, between.diff(dim=1))
        coarse = coarseness(pixel)[:, None, None].expand_as(uneven_luck)
        answers = self.net(torch.cat([features, uneven_luck, coarse], -1))
        log_weight, log_width, scatter, uneven = answers.split([self.gaussians, self.gaussians, 1, 1], -1)
        weights = torch.exp(2 * log_weight - 1) * there[..., None]
        log_sigma = self.log_sigma + log_width.tanh() + uneven * uneven_luck
        variances = (radius[..., None] * bounded(log_sigma.clamp(min=-4)).exp()).square()
        variances = variances + pixel_variance(pixel)[:, None, None]
        centers = strokes.curve(t) + radius[..., None] * (scatter - 1).exp() * luck[..., :LUCK_RADIUS]
        centers = centers[:, :, None].expand(*weights.shape, 2)
        return torch.cat([centers, weights[..., None], variances[..., None]], -1).permute(0, 2, 3, 1)
