"""How near a network's strokes are to the real brush's."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..brush.neural import AGREEMENT
from ..perception.losses import psnr
from ..strokes import Strokes
from .dataset import StrokeData

TOGETHER = 100  # strokes


@torch.no_grad()
def drawn(network: nn.Module, strokes: Strokes, size: int) -> Tensor:
    """What a network draws when it does not learn: opacity ``(N, 1, size, size)`` of N strokes."""
    learning = network.training
    parts = [network.eval()(strokes[i : i + TOGETHER], size) for i in range(0, len(strokes), TOGETHER)]
    network.train(learning)
    return torch.cat(parts)


def fidelity(network: nn.Module, data: StrokeData) -> dict[str, float]:
    """Opacity PSNR in dB on the strokes kept apart: the network's, and the program's agreement with itself from one
    random sample to another. The best that a mean stroke can reach is 3 dB above that agreement.
    """
    strokes, once, again = data.held_out()
    device = next(network.parameters()).device
    ours = drawn(network, strokes.to(device), data.meta.size).cpu()
    measured = {"psnr": F.mse_loss(ours, once), AGREEMENT: F.mse_loss(once, again)}
    return {name: round(psnr(float(error)), 2) for name, error in measured.items()}
