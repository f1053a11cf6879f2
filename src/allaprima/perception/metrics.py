"""How like a photo a picture is, in three figures: PSNR, SSIM and feature distance. Needs the ``compare`` extra."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from skimage.metrics import structural_similarity
from torch import Tensor

from ..errors import InputError
from .losses import Features, feature_parts
from .losses import psnr as psnr_of

WINDOW = 7  # px: side of the window of SSIM


@dataclass(frozen=True)
class Figures:
    """``psnr`` in dB and ``ssim``, -1 to 1: more is better; ``features``, the distance from 0 on: less is better."""

    psnr: float
    ssim: float
    features: float


def figures(picture: Tensor, photo: Tensor, network: Features) -> Figures:
    """All three, of a picture against a photo, both ``(3, H, W)`` float in [0,1]; ``network`` looks at both.

    Raises InputError for two shapes, and for a side that is too short for SSIM or the network.
    """
    return Figures(psnr(picture, photo), ssim(picture, photo), feature_distance(picture, photo, network))


def psnr(picture: Tensor, photo: Tensor) -> float:
    """Peak signal-to-noise ratio in dB, at most 120: of the squared error over all pixels and channels of two pictures
    ``(3, H, W)`` in [0,1]. Raises InputError for two shapes.
    """
    _check(picture, photo)
    return psnr_of(float((picture - photo).square().mean()))


def ssim(picture: Tensor, photo: Tensor) -> float:
    """Structural similarity of two pictures ``(3, H, W)`` in [0,1]: scikit-image's, in uniform windows of 7x7 px (its
    default, not the Gaussian window of the paper), the mean over pixels and over the three channels.

    Raises InputError for two shapes, and for a side under 7 px.
    """
    _check(picture, photo)
    if min(photo.shape[1:]) < WINDOW:
        height, width = photo.shape[1:]
        raise InputError(f"a picture of {width}x{height} is too small for SSIM: at least {WINDOW} px")
    one, other = (each.detach().cpu().double().numpy() for each in (picture, photo))
    return float(structural_similarity(one, other, win_size=WINDOW, channel_axis=0, data_range=1.0))  # type: ignore[no-untyped-call]


@torch.no_grad()
def feature_distance(picture: Tensor, photo: Tensor, network: Features) -> float:
    """What a network sees differently in two pictures ``(3, H, W)`` in [0,1]: the part of ``FeatureLoss`` that is
    about activations, the mean absolute differences of its three layers, weighted 5, 15 and 2; neither Gram matrices
    nor pixels. Distances by two networks cannot be compared.

    Raises InputError for two shapes, and for a side under the 16 px that the deepest layer needs.
    """
    _check(picture, photo)
    return float(sum(feature_parts(network(picture[None]), network(photo[None]), gram=0).values()))


def _check(picture: Tensor, photo: Tensor) -> None:
    if picture.shape != photo.shape or photo.ndim != 3:
        raise InputError(
            f"the picture is {tuple(picture.shape)} and the photo {tuple(photo.shape)}: give two of one (3, H, W)"
        )
