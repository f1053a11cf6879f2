"""Losses that remember, for the history of a training, what they were made of in a step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import torch
from torch import Tensor, nn

from ..options import name_of
from ..perception.losses import FeatureLoss
from ..perception.own_loss import loss_value
from .critic import binary_loss
from .ranks import ALONE, Ranks

FOLLOWED = "what was drawn, from which a network learns: compute it with torch from that"

Loss = Callable[[Tensor, Tensor], Tensor]
"""``loss(drawn, true)``, both ``(N, 1, size, size)`` in [0,1]; a number ``()``."""


class Measured(Protocol):
    """A loss that is asked after a step."""

    def forget(self) -> None:
        """A step begins."""

    def values(self, turn: str) -> dict[str, float]:
        """What the step came to, by name; ``turn`` is ``generator`` or ``critic`` in stage 3, and else ``loss``."""
        ...


class GeneratorLoss:
    """The generator's loss, and its parts: pixel, features and gram, if it is a :class:`FeatureLoss`. Raises InputError
    for what is not finite, before anything is learned from it, and for what another one gives, if that is no loss.
    ``ranks`` that learn together have each a share of the strokes.
    """

    def __init__(self, loss: Loss, ranks: Ranks = ALONE) -> None:
        self.loss, self.ranks = loss, ranks
        self._parts: dict[str, Tensor] = {}

    def __call__(self, drawn: Tensor, true: Tensor) -> Tensor:
        if isinstance(self.loss, FeatureLoss):
            self._parts = parts_of_share(self.loss, drawn, true, self.ranks)
            value = torch.stack(list(self._parts.values())).sum()
        else:
            value = self.loss(drawn, true)
        return loss_value(value, name_of(self.loss), FOLLOWED, "it must be finite, so take a smaller lr, or mend it")

    def forget(self) -> None:
        self._parts = {}

    def values(self, turn: str) -> dict[str, float]:
        summed: dict[str, float] = {}
        for name, part in self._parts.items():
            kind = name if name == "pixel" else "gram" if name.startswith("gram") else "features"
            summed[kind] = summed.get(kind, 0.0) + float(part.detach())
        return summed


def parts_of_share(loss: FeatureLoss, drawn: Tensor, true: Tensor, ranks: Ranks) -> dict[str, Tensor]:
    """The parts of the loss of a share of the strokes. Their mean over all ``ranks`` is what one process comes to, that
    has the whole batch: of this, and not of each share, the network looks at every so many strokes.
    """
    if ranks.count == 1 or not loss.features:
        return loss.parts(drawn, loss.encode(true))
    pixel, seen = replace(loss, features=None), replace(loss, pixel=0.0, every=1)
    parts = pixel.parts(drawn, pixel.encode(true))
    places = torch.arange(ranks.rank, ranks.count * len(drawn), ranks.count, device=drawn.device)  # in the whole batch
    looked = places % loss.every == 0
    if not looked.any():
        nothing = drawn.new_zeros(())
        return parts | {"features": nothing} | ({"gram": nothing} if loss.gram else {})
    weight = ranks.count * int(looked.sum()) / -(-ranks.count * len(drawn) // loss.every)
    of_looked = seen.parts(drawn[looked], seen.encode(true[looked]))
    return {name: weight * part for name, part in of_looked.items()} | parts


class CriticLoss(nn.Module):
    """Binary cross entropy, and how often the critic is right about the strokes that it is shown; in the generator's
    turn, how often it is fooled.
    """

    def __init__(self) -> None:
        super().__init__()
        self.binary = binary_loss()
        self._right: list[Tensor] = []

    def forward(self, said: Tensor, labels: Tensor) -> Tensor:
        with torch.no_grad():
            self._right.append(((said.flatten() > 0) == (labels > 0.5)).float().mean())
        loss: Tensor = self.binary(said, labels)
        return loss

    def forget(self) -> None:
        self._right = []

    def values(self, turn: str) -> dict[str, float]:
        if not self._right:
            return {}
        share = float(torch.stack(self._right).mean())
        return {"fooled" if turn == "generator" else "accuracy": share}
