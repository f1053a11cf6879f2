"""Colours as tensors: sRGB in [0,1], OKLab, in which distances are as large as they look, and grey."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from .hex import hex_to_rgb, rgb_to_hex

LUMA = (0.299, 0.587, 0.114)  # shares of red, green and blue in a grey (ITU-R BT.601)


def hex_to_colors(texts: Sequence[str]) -> Tensor:
    """``(K, 3)`` float in [0,1] of colours that are ``#rrggbb``."""
    return torch.tensor([hex_to_rgb(text, "a colour") for text in texts], dtype=torch.float32) / 255


def colors_to_hex(colors: Tensor) -> list[str]:
    """``#rrggbb`` of each color ``(N, 3)`` in [0,1]."""
    return [rgb_to_hex(color) for color in (colors * 255).round().int().tolist()]


def to_gray(picture: Tensor) -> Tensor:
    """``(3, ...)`` as greys, in three channels."""
    weights = picture.new_tensor(LUMA).view(3, *[1] * (picture.ndim - 1))
    return (picture * weights).sum(0, keepdim=True).expand_as(picture)


def srgb_to_oklab(colors: Tensor) -> Tensor:
    """sRGB ``(N, 3)`` in [0,1] to OKLab (B. Ottosson, *A perceptual color space for image processing*, 2020)."""
    linear = srgb_to_linear(colors)
    cones = (linear @ _CONES.to(linear).T).clamp(min=0).pow(1 / 3)
    return cones @ _LAB.to(linear).T


def oklab_to_srgb(lab: Tensor) -> Tensor:
    """OKLab ``(N, 3)`` to sRGB, which may lie a little outside of [0,1]."""
    linear = (lab @ _LAB.inverse().to(lab).T).pow(3) @ _CONES.inverse().to(lab).T
    return linear_to_srgb(linear)


def srgb_to_linear(colors: Tensor) -> Tensor:
    """sRGB, of any shape, to linear light (IEC 61966-2-1)."""
    return torch.where(colors > 0.04045, ((colors.clamp(min=0) + 0.055) / 1.055) ** 2.4, colors / 12.92)


def linear_to_srgb(linear: Tensor) -> Tensor:
    """And back."""
    return torch.where(linear > 0.0031308, 1.055 * linear.clamp(min=0) ** (1 / 2.4) - 0.055, 12.92 * linear)


_CONES = torch.tensor([
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
], dtype=torch.float64)  # fmt: skip
_LAB = torch.tensor([
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
], dtype=torch.float64)  # fmt: skip
