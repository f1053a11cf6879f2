"""What strokes are laid on: paper of one colour, or a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from ..image.color import hex_to_colors


@dataclass(frozen=True, eq=False)
class Background:
    """Paper of one ``color``, ``#rrggbb``; or, if there is one, a ``picture`` ``(H, W, 3)`` uint8 of any size,
    stretched over the canvas, whose mean colour is ``color`` then.
    """

    color: str
    picture: NDArray[np.uint8] | None = None

    def at(self, width: int, height: int, device: torch.device | str = "cpu") -> Tensor:
        """``(3, height, width)`` float in [0,1]."""
        if self.picture is None:
            color = hex_to_colors([self.color])[0].to(device)
            return color[:, None, None].expand(3, height, width)
        resampling = Image.Resampling.BOX if width <= self.picture.shape[1] else Image.Resampling.BICUBIC
        picture = Image.fromarray(self.picture).resize((width, height), resampling)
        return (torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255).to(device)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Background):
            return NotImplemented
        mine, theirs = self.picture, other.picture
        if mine is None or theirs is None:
            return mine is theirs and self.color == other.color
        return self.color == other.color and np.array_equal(mine, theirs)

    __hash__ = None  # type: ignore[assignment]
