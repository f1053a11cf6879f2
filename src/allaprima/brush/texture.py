"""Texture: the grain of a stroke, dab by dab, where the splat brush gives the mean of all strokes.

The mean stroke is smooth, since it averages over the brush's luck. But MyPaint's luck can be known (``dabs.py``): told
the very random numbers that the engine would use for a stroke's ``sample``, a small network learns what each dab looks
like, and so draws this sample and no other. Fields and head are those of ``splat.py``; the Gaussians lie at the dabs.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .dabs import Dabs
from .splat import AT_ONCE, TOLD, CurveBrush, Fields, tell
from .strokes import WINDOW, Strokes

FAINT = 0.03  # added to fields before their logarithm is taken
MANY = 500  # strokes whose dabs are laid out at a time: some have a thousand
NOTHING = 0.008  # fields that together stay below this are no paint; towards it, opacity goes down to 0
WIDEST = 0.1  # log of a Gaussian's largest sigma in radii: a wider one would be a haze around the stroke


class Texture(CurveBrush):
    """Strokes with their ``sample`` (0 where they have none) to opacity ``(N, 1, size, size)`` in [0,1].

    ``myb`` is the text of the MyPaint brush, ``gaussians`` fields, ``hidden`` units in the network, ``head`` in the
    head. Raises ValueError for a text that is no brush.
    """

    kind = "texture"
    reach = 4.0  # luck carries dabs away from the curve

    def __init__(self, myb: str, gaussians: int = 3, hidden: int = 24, head: int = 8) -> None:
        super().__init__()
        self.config = {"gaussians": gaussians, "hidden": hidden, "head": head}
        self.dabs, self.gaussians = Dabs(myb), gaussians
        last = nn.Linear(hidden, 2 * gaussians + 2)
        nn.init.normal_(last.weight, std=0.02)
        nn.init.zeros_(last.bias)
        self.net = nn.Sequential(nn.Linear(TOLD + 1, hidden), nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU(), last)
        self.log_sigma = nn.Parameter(torch.linspace(-1.4, 0.0, gaussians))
        self.head = nn.Sequential(nn.Linear(2 * gaussians + 1, head), nn.SiLU(), nn.Linear(head, 1))

    def opacity_at(self, strokes: Strokes, x: Tensor, y: Tensor, pixel: Tensor) -> Tensor:
        if len(strokes) == 0:
            return x.new_zeros(0, 1, y.shape[1], x.shape[1])
        finer = (pixel.detach() * WINDOW - 0.01).ceil().long().clamp(min=1)  # grain is learned at 64 px and above:
        opacity = x.new_zeros(len(strokes), 1, y.shape[1], x.shape[1])  # below, it is drawn larger and averaged
        for times in sorted(set(finer.tolist())):
            for part in (finer == times).nonzero()[:, 0].split(MANY):
                grids = (_finer(grid[part], pixel[part], times) for grid in (x, y))
                drawn = F.avg_pool2d(self._drawn(strokes[part], *grids), times)
                opacity = opacity.index_copy(0, part, drawn)
        return opacity

    def _drawn(self, strokes: Strokes, x: Tensor, y: Tensor) -> Tensor:
        t, counts = self.dabs.along(strokes.detach())
        sample = torch.zeros_like(counts) if strokes.sample is None else strokes.sample
        longest = max(x.shape[1], y.shape[1])
        drawn: list[Tensor] = []
        order = counts.argsort(descending=True)  # together with strokes that have about as many dabs
        while (first := sum(map(len, drawn))) < len(strokes):
            most = max(1, int(counts[order[first]]))
            together = order[first : first + max(1, AT_ONCE // (self.gaussians * longest * max(longest, most)))]
            there = torch.arange(most, device=t.device) < counts[together, None]
            luck = self.dabs.luck(sample[together], most)
            part = self._splats(strokes[together], t[together, :most], there, luck)
            drawn.append(self._opacity(*part, strokes.size[together], x[together], y[together]))
        return torch.cat(drawn)[order.argsort()]

    def _splats(self, strokes: Strokes, t: Tensor, there: Tensor, luck: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Centres ``(N, Q, G, 2)``, weights and variances ``(N, Q, G)`` of the dabs' Gaussians."""
        t = t.to(strokes.size.dtype)
        between = torch.cat([torch.zeros_like(t[:, :1]), (t[:, 1:] + t[:, :-1]) / 2, torch.ones_like(t[:, :1])], 1)
        told, _, radius, _ = tell(strokes, t, between.diff(dim=1))
        answers = self.net(torch.cat([told, luck[..., 2:]], -1))
        log_weight, log_width, scatter, uneven = answers.split([self.gaussians, self.gaussians, 1, 1], -1)
        weights = torch.exp(2 * log_weight - 1) * there[..., None]
        log_sigma = self.log_sigma + log_width.tanh() + uneven * luck[..., 2:]
        log_sigma = WIDEST - F.softplus(4 * (WIDEST - log_sigma.clamp(min=-4))) / 4
        variances = (radius[..., None] * log_sigma.exp()).square()
        centers = strokes.curve(t) + radius[..., None] * (scatter - 1).exp() * luck[..., :2]
        return centers[:, :, None].expand(*weights.shape, 2), weights, variances

    def _opacity(
        self, centers: Tensor, weights: Tensor, variances: Tensor, size: Tensor, x: Tensor, y: Tensor
    ) -> Tensor:
        fields: Tensor = Fields.apply(centers, weights, variances, x, y)
        stroke, row, column = (fields.detach().sum(1) > NOTHING).nonzero(as_tuple=True)
        seen = fields[stroke, :, row, column]
        told = torch.cat([torch.log(seen + FAINT), torch.exp(-seen), (4 * size - 2)[stroke, None]], 1)
        painted = self.head(told)[:, 0].sigmoid() * (1 - NOTHING / seen.sum(1))
        opacity = fields.new_zeros(len(fields), *fields.shape[2:])
        return opacity.index_put((stroke, row, column), painted)[:, None]


def _finer(grid: Tensor, pixel: Tensor, times: int) -> Tensor:
    """``(N, S)`` centres of pixels as ``(N, S x times)`` centres of smaller ones."""
    inside = (torch.arange(times, device=grid.device, dtype=grid.dtype) + 0.5) / times - 0.5
    return (grid[:, :, None] + pixel[:, None, None] * inside).flatten(1)
