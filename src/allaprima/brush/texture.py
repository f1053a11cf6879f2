"""Texture: the grain of a stroke, dab by dab, where the splat brush gives the mean of all strokes.

The mean stroke is smooth, since it averages over the brush's luck. But MyPaint's luck can be known (``dabs.py``): told
the very random numbers that the engine would use for a stroke's ``sample``, a small network learns what each dab looks
like, and so draws this sample and no other. Fields and head are those of ``curve.py``; the Gaussians lie at the dabs.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..strokes import Strokes, sample_of
from .curve import AT_ONCE, TOLD, CurveBrush, blur, bounded, coarseness, tell, without_size
from .mypaint_dabs import Dabs

DABS = 1 << 14  # drawn together by compiled code, at most
MANY = 500  # strokes whose dabs are laid out at a time: some have a thousand


class Texture(CurveBrush):
    """Strokes with their ``sample`` (0 where they have none) to opacity ``(N, 1, size, size)`` in [0,1].

    ``myb`` is the text of the MyPaint brush, ``gaussians`` fields, ``hidden`` units in the network, ``head`` in the
    head. Raises ValueError for a text that is no brush.
    """

    kind = "texture"
    reach = 4.0  # luck carries dabs away from the curve
    faint = 0.02  # a single dab is little

    def __init__(self, myb: str, gaussians: int = 3, hidden: int = 24, head: int = 8) -> None:
        super().__init__()
        self.config = {"gaussians": gaussians, "hidden": hidden, "head": head}
        self.dabs, self.gaussians = Dabs(myb), gaussians
        last = nn.Linear(hidden, 2 * gaussians + 2)
        nn.init.normal_(last.weight, std=0.02)
        nn.init.zeros_(last.bias)
        self.net = nn.Sequential(nn.Linear(TOLD + 2, hidden), nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU(), last)
        self.log_sigma = nn.Parameter(torch.linspace(-1.4, 0.0, gaussians))
        self.head = nn.Sequential(nn.Linear(gaussians + 2, head), nn.SiLU(), nn.Linear(head, 1))
        without_size(self.net[0], self.head[0])

    def runs_at(self, strokes: Strokes, boxes: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        from ..kernels.autograd import joined  # numba takes a while to load

        t, counts = self.dabs.along(strokes.detach())
        order = counts.argsort(descending=True, stable=True)  # together with strokes that have about as many dabs
        parts, first = [], 0
        while first < len(strokes):
            most = max(1, int(counts[order[first]]))
            some = order[first : first + max(1, DABS // most)]
            splats = self._splats(strokes[some], t[some, :most], counts[some], 1 / places[some, 2])
            gaussians = torch.cat([splats[0], splats[1][..., None], splats[2][..., None]], -1).permute(0, 2, 3, 1)
            parts.append((some, *self.drawn(gaussians, strokes[some], boxes[some], places[some])))
            first += len(some)
        return joined(parts)

    def plain_at(self, strokes: Strokes, x: Tensor, y: Tensor, pixel: Tensor) -> Tensor:
        parts = torch.split(torch.arange(len(strokes), device=x.device), MANY)
        return torch.cat([self._drawn(strokes[part], x[part], y[part], pixel[part]) for part in parts])

    def _drawn(self, strokes: Strokes, x: Tensor, y: Tensor, pixel: Tensor) -> Tensor:
        t, counts = self.dabs.along(strokes.detach())
        told = torch.stack([4 * strokes.size - 2, coarseness(pixel)], 1)
        longest = max(x.shape[1], y.shape[1])
        drawn: list[Tensor] = []
        order = counts.argsort(descending=True)  # together with strokes that have about as many dabs
        while (first := sum(map(len, drawn))) < len(strokes):
            most = max(1, int(counts[order[first]]))
            some = order[first : first + max(1, AT_ONCE // (self.gaussians * longest * max(longest, most)))]
            splats = self._splats(strokes[some], t[some, :most], counts[some], pixel[some])
            drawn.append(self.painted(*splats, told[some], x[some], y[some]))
        return torch.cat(drawn)[order.argsort()]

    def _splats(self, strokes: Strokes, t: Tensor, counts: Tensor, pixel: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Centres ``(N, Q, G, 2)``, weights and variances ``(N, Q, G)`` of the dabs' Gaussians, of which there are
        ``counts`` ``(N,)``; the rest has no weight.
        """
        there = torch.arange(t.shape[1], device=t.device) < counts[:, None]
        luck = self.dabs.luck(sample_of(strokes), t.shape[1])
        t, uneven_luck = t.to(strokes.size.dtype), luck[..., 2:]
        between = torch.cat([torch.zeros_like(t[:, :1]), (t[:, 1:] + t[:, :-1]) / 2, torch.ones_like(t[:, :1])], 1)
        told, _, radius, _ = tell(strokes, t, between.diff(dim=1))
        coarse = coarseness(pixel)[:, None, None].expand_as(uneven_luck)
        answers = self.net(torch.cat([told, uneven_luck, coarse], -1))
        log_weight, log_width, scatter, uneven = answers.split([self.gaussians, self.gaussians, 1, 1], -1)
        weights = torch.exp(2 * log_weight - 1) * there[..., None]
        log_sigma = self.log_sigma + log_width.tanh() + uneven * uneven_luck
        variances = (radius[..., None] * bounded(log_sigma.clamp(min=-4)).exp()).square() + blur(pixel)[:, None, None]
        centers = strokes.curve(t) + radius[..., None] * (scatter - 1).exp() * luck[..., :2]
        return centers[:, :, None].expand(*weights.shape, 2), weights, variances
