"""What a loss of somebody's own gives, of a painting or of strokes that a network learns."""

from __future__ import annotations

from torch import Tensor

from ..errors import InputError


def loss_value(given: object, name: str, by: str, finite: str = "it must be finite") -> Tensor:
    """What the loss of this name gave, as one number ``()``. Raises InputError for what is none, what is not
    ``finite``, and without a gradient ``by`` what is to change.
    """
    if not isinstance(given, Tensor) or given.numel() != 1:
        gave = tuple(given.shape) if isinstance(given, Tensor) else f"{given!r}"[:60]
        raise InputError(f"the loss {name} gave {gave}: give a tensor of one number, as .mean() makes it")
    if not given.isfinite():
        raise InputError(f"the loss {name} gave {given.item()}: {finite}")
    if not given.requires_grad:
        raise InputError(f"the loss {name} has no gradient by {by}")
    return given.reshape(())
