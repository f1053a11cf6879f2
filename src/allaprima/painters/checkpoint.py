"""What a painting under way needs to go on as if nothing had happened, to the bit."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from ..errors import InputError
from ..strokes import ACTION


@dataclass(frozen=True)
class Checkpoint:
    """After ``index`` steps: the numbers that move ``(N, 12)`` and the windows ``(N, 3)`` of the strokes laid so far,
    which stand last in the painting; the optimiser's moments ``(2, M)``; the random generator's state; the pictures of
    style ``(H, W, 3)`` and focus ``(H, W)``, uint8, empty where there are none.
    """

    index: Tensor
    numbers: Tensor
    windows: Tensor
    moments: Tensor
    random: Tensor
    style: Tensor
    focus: Tensor

    @classmethod
    def of(
        cls,
        index: int,
        numbers: Tensor,
        windows: Tensor,
        moments: Tensor,
        random: torch.Generator,
        style: NDArray[np.uint8] | None,
        focus: NDArray[np.uint8] | None,
    ) -> Checkpoint:
        """From what an optimiser holds, and the pictures that were read for it."""
        none = np.zeros(0, np.uint8)
        pictures = (torch.from_numpy((none if one is None else one).copy()) for one in (style, focus))
        return cls(torch.tensor(index), numbers, windows.float(), moments, random.get_state(), *pictures)

    def pack(self) -> bytes:
        """As safetensors; the same state gives the same bytes."""
        return save({one.name: getattr(self, one.name).detach().cpu().contiguous() for one in fields(self)})

    @classmethod
    def unpack(cls, packed: bytes, strokes: int) -> Checkpoint:
        """The opposite, for a painting with so many strokes. Raises InputError if it is damaged."""
        try:
            state = cls(**load(packed))
            kinds = (torch.int64, torch.float32, torch.float32, torch.float32, torch.uint8, torch.uint8, torch.uint8)
            whole = all(getattr(state, one.name).dtype == kind for one, kind in zip(fields(cls), kinds, strict=True))
            count = len(state.numbers)
            if (
                not whole
                or count > strokes
                or state.numbers.shape != (count, len(ACTION))
                or state.windows.shape != (count, 3)
                or state.moments.ndim != 2
                or state.index.numel() != 1
            ):
                raise ValueError("its parts do not fit together")  # fmt: skip
            state.check()
            return state
        except (SafetensorError, TypeError, ValueError, RuntimeError) as error:
            raise InputError(f"the unfinished state is damaged: {error}") from None

    def check(self) -> None:
        """Raise ValueError or RuntimeError for numbers that no painting under way can have."""
        for name in ("numbers", "windows", "moments"):
            if not getattr(self, name).isfinite().all():
                raise ValueError(f"its {name} are not all numbers")
        if (self.windows[:, 2] < 1).any() or (self.windows.abs() > 1e6).any() or (self.moments[1:] < 0).any():
            raise ValueError("its numbers are out of range")
        if self.style.numel() and (self.style.ndim != 3 or self.style.shape[2] != 3):
            raise ValueError(f"its picture of style has the shape {tuple(self.style.shape)}")
        if self.focus.numel() and self.focus.ndim != 2:
            raise ValueError(f"its focus has the shape {tuple(self.focus.shape)}")
        torch.Generator().set_state(self.random)
