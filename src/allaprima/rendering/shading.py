"""Light on paint: from its height to slopes, to what they give back of the light, in linear light.

A slope towards the light brightens and one away from it darkens in equal measure, softly bounded, so that the mean of a
picture stays; what is bright already cannot become more than white, and darkens less. Lengths are in units, 1/1600 of
the long side: the light belongs to the painting and not to its pixels.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from ..image.color import linear_to_srgb, srgb_to_linear
from .light import Light
from .tiles import Tile

BROAD, CLOSE = 1.5, 0.5  # units: over these heights are softened,
BROADLY = 0.6  # by so much over the first
DEEP = 9.0  # units of height: what is higher is pressed together
THIN = 0.08  # of this height, paint hides most of the cloth
STEEPEST = 0.9  # slopes
STRENGTH = 0.8  # of a relief of 1
DARK = 0.02  # linear: paint as dark as this shows half as much of its relief, as of the cloth under it
SHINE, SHARP = 0.9, 28.0  # of gloss
DARKEST = 0.35  # a slope takes away no more of the light
SPARED = 0.58  # of that, white loses so much less, as it cannot become lighter


def around(unit: float) -> int:
    """How many pixels away paint still changes what is seen of a pixel, and some more."""
    return math.ceil(3 * BROAD * unit) + 2


def lit(canvas: Tensor, height: Tensor, unit: float, light: Light, tile: Tile) -> Tensor:
    """What is seen of a ``tile``, ``(3, h, w)``, of a ``canvas`` ``(3, H, W)`` in [0,1] with paint of some ``height``
    ``(H, W)``, a ``unit`` being so many pixels. A light for which it is flat leaves the canvas as it is.
    """
    part = canvas[:, tile.top : tile.bottom, tile.left : tile.right]
    return part if light.flat else shade(part, slopes(height, unit, light, tile), light)


def slopes(height: Tensor, unit: float, light: Light, tile: Tile) -> Tensor:
    """How steep the paint and the cloth under it are on a ``tile``, right and down ``(2, h, w)``, bounded."""
    wide = tile.grown(around(unit), *height.shape)
    found = slopes_of(height[wide.top : wide.bottom, wide.left : wide.right], wide.top, wide.left, unit, light)
    top, left = tile.top - wide.top, tile.left - wide.left
    return found[:, top : top + tile.bottom - tile.top, left : left + tile.right - tile.left]


def slopes_of(height: Tensor, top: int, left: int, unit: float, light: Light) -> Tensor:
    """The slopes of all that there is of a ``height`` ``(H, W)``, which begins in the picture at ``left, top``."""
    broad, close = softened(height, BROAD * unit), softened(height, CLOSE * unit)
    surface = (BROADLY * broad + (1 - BROADLY) * close) * light.relief
    surface = DEEP * (1 - torch.exp(-surface / DEEP))
    thin = torch.exp(-broad / THIN)
    surface = surface + weave(height, top, left, unit, light) * (0.05 + 0.95 * thin)
    padded = F.pad(surface[None], (1, 1, 1, 1), mode="replicate")[0]
    right = (padded[1:-1, 2:] - padded[1:-1, :-2]) / (2 / unit)
    down = (padded[2:, 1:-1] - padded[:-2, 1:-1]) / (2 / unit)
    bound = torch.rsqrt(1 + (right * right + down * down) / STEEPEST**2)
    return torch.stack([right * bound, down * bound])


def weave(like: Tensor, top: int, left: int, unit: float, light: Light) -> Tensor:
    """The height of the cloth ``(H, W)``, from ``left, top`` in the picture on."""
    name, coarse = light.cloth()
    if name == "none":
        return torch.zeros_like(like)
    y = (torch.arange(like.shape[0], device=like.device) + top + 0.5)[:, None] / unit / coarse
    x = (torch.arange(like.shape[1], device=like.device) + left + 0.5)[None] / unit / coarse
    turn = 2 * math.pi
    if name in ("linen", "cotton"):
        pitch, deep = (3.0, 0.14) if name == "linen" else (2.2, 0.1)
        drift = 0.25 * torch.sin(turn * y / 61) + 0.2 * torch.sin(turn * x / 47)  # threads are not ruled
        across, down = x / pitch + drift, y / pitch + 0.3 * torch.sin(turn * x / 53)
        warp = torch.sin(turn * across) * torch.cos(turn * down / 2).square()
        weft = torch.sin(turn * down) * torch.sin(turn * across / 2).square()
        cloth = (warp + weft) * (0.8 + 0.2 * torch.sin(turn * (x / 23 + y / 37)))
    else:
        deep, pitch = (0.5, 2.6) if name == "paper" else (0.25, 4.0)
        cloth = 0.65 * lumps(x / pitch, y / pitch, 1) + 0.35 * lumps(x / pitch * 2.3, y / pitch * 2.3, 2) - 0.5
    return deep * coarse * cloth


def lumps(x: Tensor, y: Tensor, kind: int) -> Tensor:
    """Smooth noise in [0,1] at columns ``x`` ``(1, W)`` and rows ``y`` ``(H, 1)``, a new value at every whole one."""
    i, j = x.floor().long(), y.floor().long()
    across, down = x - i, y - j
    across, down = across * across * (3 - 2 * across), down * down * (3 - 2 * down)
    upper = torch.lerp(chance(i, j, kind), chance(i + 1, j, kind), across)
    lower = torch.lerp(chance(i, j + 1, kind), chance(i + 1, j + 1, kind), across)
    return torch.lerp(upper, lower, down)


def chance(i: Tensor, j: Tensor, kind: int) -> Tensor:
    """A number in [0,1) for each place, from a hash of it."""
    bits = (i * 374761393 + j * 668265263 + kind * 2246822519) & 0xFFFFFFFF
    bits = ((bits ^ (bits >> 15)) * 2246822519) & 0xFFFFFFFF
    bits = ((bits ^ (bits >> 13)) * 3266489917) & 0xFFFFFFFF
    return ((bits ^ (bits >> 16)) >> 8).float() / 16777216


def shade(canvas: Tensor, slopes: Tensor, light: Light) -> Tensor:
    """What is seen of a canvas ``(3, H, W)`` in [0,1] with these ``slopes`` ``(2, H, W)``."""
    x, y, z = light.direction()
    turned = -(slopes[0] * x + slopes[1] * y) * (STRENGTH / z)
    linear = srgb_to_linear(canvas)
    bright = linear.amax(0)
    turned = turned * (bright / (bright + DARK))
    darker = linear * (1 + turned.clamp(max=0) * (1 - SPARED * linear.square())).clamp(min=DARKEST)
    more = turned.clamp(min=0)
    brighter = darker * (1 + more) / (1 + darker * more)
    if light.gloss:
        half = math.hypot(x, y, z + 1)
        facing = (z + 1 - slopes[0] * x - slopes[1] * y) / half * torch.rsqrt(1 + slopes.square().sum(0))
        level = ((z + 1) / half) ** SHARP
        glint = (facing.clamp(0, 1) ** SHARP - level).clamp(min=0) * (SHINE * light.gloss)
        brighter = brighter + glint * (0.12 + 0.88 * brighter) * (1 - brighter)
    return linear_to_srgb(brighter)


def softened(picture: Tensor, sigma: float) -> Tensor:
    """``(H, W)``, each pixel averaged with its neighbours by a Gaussian of ``sigma`` pixels."""
    reach = max(1, math.ceil(2.6 * sigma))
    at = torch.arange(-reach, reach + 1, dtype=picture.dtype, device=picture.device)
    weights = torch.exp(-(at**2) / (2 * sigma**2))
    weights = weights / weights.sum()
    padded = F.pad(picture[None, None], (reach, reach, reach, reach), mode="replicate")
    rows = F.conv2d(padded, weights[None, None, None])
    return F.conv2d(rows, weights[None, None, :, None])[0, 0]
