"""What a neural brush has inside: a network that draws strokes. A new kind of brush is one file with a class of these,
and a row in ``generators.GENERATORS``.
"""

from __future__ import annotations

from itertools import chain
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from ..kernels import runs_to_pictures
from ..kernels.columns import LEFT, SIDE, TOP
from ..kernels.runs import Batch, find_runs, in_batches, in_order
from ..metadata import HUGE
from ..strokes import WINDOW, Strokes, as_strokes

BATCH = 1 << 20  # pixels drawn together
A_STROKE = 1000  # pixels: what a stroke costs in memory besides those of its box
KEPT = 4 << 20  # pixels for which a generator's work is kept for the gradient; beyond, it is done again


class Generator(nn.Module):
    """Strokes ``(N, 12)`` to opacity ``(N, 1, size, size)`` in [0,1], differentiable, by weights that were learned.

    A generator gives ``opacity_at``, if it knows dense pictures only, or ``runs_at``, if it knows where paint is; each
    follows from the other. Everything is made where the weights are, so the strokes must be there, too.
    """

    kind: ClassVar[str]  # in brush files
    differentiable = True
    any_size = True  # whether it learns from strokes of several sizes in pixels
    reach = 3.0  # radii: farther from the curve there is under 4 % of paint; infinity: it is anywhere on the window
    heaviest = HUGE  # what no weight that was learned exceeds
    config: dict[str, int]  # the arguments that it was made with

    def forward(self, strokes: Strokes | Tensor, size: int = WINDOW) -> Tensor:
        strokes = as_strokes(strokes)
        grid = (torch.arange(size, device=strokes.device, dtype=strokes.size.dtype) + 0.5) / size
        grid = grid.expand(len(strokes), -1)
        return self.opacity_at(strokes, grid, grid, grid.new_full((len(strokes),), 1 / size))

    def opacity_at(self, strokes: Strokes, x: Tensor, y: Tensor, pixel: Tensor) -> Tensor:
        """Opacity ``(N, 1, H, W)`` at the columns ``x`` ``(N, W)`` and rows ``y`` ``(N, H)``, in fractions of each
        stroke's window, one pixel apart, where a pixel is ``pixel`` ``(N,)`` wide. The window is no border: paint may
        lie outside.
        """
        n, width, height = len(strokes), x.shape[1], y.shape[1]
        if n == 0:
            return x.new_zeros(0, 1, height, width)
        places = torch.stack([0.5 - x[:, 0] / pixel, 0.5 - y[:, 0] / pixel, 1 / pixel], 1)
        boxes = torch.tensor([0, 0, width, height], dtype=torch.int32, device=x.device).expand(n, -1)
        return runs_to_pictures(*self.runs_at(strokes, boxes, places), (n, height, width))[:, None]

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(chain(self.parameters(), self.buffers()), torch.empty(0)).device

    def cost(self, places: Tensor) -> int:
        """About how many pixels a stroke with one of these places costs in memory, besides those of its box."""
        return A_STROKE

    def runs_at(self, strokes: Strokes, boxes: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        """Opacity ``(P,)`` of the painted pixels and their runs ``(R, 5)`` int32; of strokes with windows at ``places``
        ``(N, 3)`` on their ``boxes`` ``(N, 4)`` int32, both in pixels: see ``kernels.columns``. There is no gradient by
        the places.
        """
        cost = self.cost(places)

        def size(width: int, height: int) -> int:
            return BATCH // (width * height + cost)

        opacities = [places[:0, SIDE]]  # of which there may be no other
        runs = [boxes.new_zeros((0, 5), dtype=torch.int32)]
        batches = list(in_batches(boxes, size))
        pixels = sum(len(batch.stroke) * (batch.width * batch.height + cost) for batch in batches)
        again, begin = torch.is_grad_enabled() and pixels > KEPT, 0
        for batch in batches:
            given = (strokes[batch.stroke], batch, places[batch.stroke])
            drawn: Tensor = (
                checkpoint(self._on_batch, *given, use_reentrant=False, preserve_rng_state=False)
                if again
                else self._on_batch(*given)
            )
            painted = (drawn.detach() != 0) & batch.inside
            opacities.append(drawn[painted])
            runs.append(find_runs(painted, batch, begin))
            begin += len(opacities[-1])
        return torch.cat(opacities), in_order(torch.cat(runs))

    def _on_batch(self, strokes: Strokes, batch: Batch, places: Tensor) -> Tensor:
        """``opacity_at`` the pixels of a batch ``(B, H, W)``."""
        side = places[:, SIDE, None]
        x, y = (batch.columns - places[:, LEFT, None]) / side, (batch.rows - places[:, TOP, None]) / side
        return self.opacity_at(strokes, x, y, 1 / places[:, SIDE])[:, 0]


# ---- for generators that know whole windows only


def resized_window(drawn: Tensor, size: int) -> Tensor:
    """Windows ``(N, 1, S, S)`` on ``size`` px: averaged, or between pixels."""
    side = drawn.shape[-1]
    if side == size:
        return drawn
    return F.interpolate(drawn, (size, size), mode="bilinear", align_corners=False, antialias=size < side)


def between_pixels(drawn: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """What windows ``(N, 1, S, S)`` show at columns ``x`` ``(N, W)`` and rows ``y`` ``(N, H)``, in fractions of them:
    ``(N, 1, H, W)``, bilinear; outside of the window there is nothing.
    """
    n, height, width = len(drawn), y.shape[1], x.shape[1]
    grid = torch.stack([x[:, None].expand(n, height, width), y[:, :, None].expand(n, height, width)], -1)
    return F.grid_sample(drawn, (2 * grid - 1).to(drawn.dtype), align_corners=False)
