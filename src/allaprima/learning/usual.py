"""What suits a brush where nobody says otherwise: its generator, the loss that this learns by, the pace of a stage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from ..brush.myb import parse_myb
from ..errors import InputError, check_kind
from ..options import check_called
from ..perception.features import load_features
from ..perception.losses import WEIGHTS, FeatureLoss, Features
from .config import StageConfig, check_features
from .dataset import StrokeData, read_meta
from .measured import Loss

PIXEL = 3000.0  # weight of the squared error of pixels: with less, features of so few strokes are noise to it
EVERY = {"splat": 16, "ribbon": 16}  # the network looks at each 16th stroke: steps are too short for more
NIB = 1.5  # a MyPaint brush whose dabs are more elliptical than this is learned with bristles in a line, and
BRISTLES = {"bristles": 5}  # as these cost 5 times as much, from smaller batches, and more slowly


def usual_generator(bristles: str) -> str:
    """The kind of generator that suits a brush: ``bristles`` is its text, empty for one of MyPaint."""
    return "ribbon" if bristles else "splat"


def generator_for(folder: Path) -> str:
    """The kind that suits the brush of a folder of strokes. That there are none is told when they are opened."""
    try:
        return usual_generator(read_meta(folder).bristles)
    except InputError:
        return usual_generator("")


def nib_of(data: StrokeData) -> dict[str, int]:
    """What the generator needs to know of the brush: whether its nib is round."""
    ratio = parse_myb(data.meta.myb).get("elliptical_dab_ratio") if data.meta.myb else None
    return BRISTLES if ratio and ratio.base_value > NIB else {}


def pace_of(usual: StageConfig, seed: int, steps: int | None, batch: int | None, lr: float | None) -> StageConfig:
    """The usual pace of a stage, but for what is given."""
    return StageConfig(
        usual.steps if steps is None else steps,
        usual.batch if batch is None else batch,
        usual.lr if lr is None else lr,
        seed,
    )


def loss_of(loss: Loss | None, features: str | Features | None, kind: str, device: torch.device) -> Loss:
    """What the generator learns by. Raises InputError for what is no loss, and for features that have no effect, or
    that there are not.
    """
    if loss is not None:
        if features is not None:
            raise InputError("features have no effect on a loss of your own: give one of the two")
        check_kind(loss, Callable, "the loss", "a function loss(drawn, true), or the name of features=")  # type: ignore[arg-type]
        check_called(loss, "drawn, true", "the loss")
        return loss
    features = "pocket" if features is None else features
    check_kind(features, (str, Callable), "features", "a name, or a network")  # type: ignore[arg-type]
    if isinstance(features, str):
        check_features(features)
        features = None if features == "none" else load_features(features, tuple(WEIGHTS))
    else:
        check_called(features, "picture", "features")
    if isinstance(features, nn.Module):
        features = features.to(device)
    return FeatureLoss(features, pixel=PIXEL, distance="mse", every=EVERY.get(kind, 1))
