"""What networks are told of a stroke and of the pixels that it is drawn on; torch on any device, with gradients."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ..strokes import WINDOW, Strokes
from .networks import FEATURES, WIDEST

COARSE = (-1, 3)  # powers of 2 within which a brush has learned how it looks on other pixels


def coarseness(pixel: Tensor) -> Tensor:
    """How much larger a pixel ``(N,)``, in fractions of the window, is than at 64 px: 1 at 32 px, -1 at 128."""
    return (pixel * WINDOW).log2().clamp(*COARSE)


def pixel_variance(pixel: Tensor) -> Tensor:
    """The variance that a pixel's own area adds to what is drawn, beyond that at 64 px."""
    return (pixel.square() - WINDOW**-2).clamp(min=0) / 12


def bounded(log_sigma: Tensor) -> Tensor:
    """Smoothly below WIDEST."""
    return WIDEST - F.softplus(4 * (WIDEST - log_sigma)) / 4


def size_feature(size: Tensor) -> Tensor:
    """What is told of a stroke's size ``(N,)``."""
    return 4 * size - 2


def stroke_features(strokes: Strokes, t: Tensor, dt: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """At the parameters ``t`` ``(N, K)``, each of which stands for the part ``dt`` of the curve: FEATURES
    ``(N, K, 16)``, the samples' arc lengths ``(N, K)``, radius ``(N, 1)``, and unit tangents ``(N, K, 2)``.
    """
    start, control, end = (point[:, None] for point in strokes.bezier)
    u = t[..., None]
    velocity = 2 * ((1 - u) * (control - start) + u * (end - control))
    speed = (velocity.square().sum(-1) + 1e-8).sqrt()
    tangent = velocity / speed[..., None]
    cos, sin = tangent.unbind(-1)
    acceleration = 2 * (end - 2 * control + start)
    (along_x, along_y), (turn_x, turn_y) = velocity.unbind(-1), acceleration.unbind(-1)
    curvature = (along_x * turn_y - along_y * turn_x).abs() / speed**3
    ds = speed * dt
    length, arc = ds.sum(1, keepdim=True), ds.cumsum(1) - ds / 2
    radius, pressure = strokes.radius[:, None], strokes.pressure_at(t)
    features = {
        "pressure": 4 * pressure - 1.6,
        "log_pressure": (pressure + 0.02).log() + 1,
        "log_light_pressure": ((pressure + 0.003).log() + 2) / 2,
        "size": size_feature(strokes.size)[:, None].expand_as(t),
        "pace": (speed / radius + 0.3).log() - 2,
        "from_start": torch.tanh(arc / radius / 2),
        "to_end": torch.tanh((length - arc) / radius / 2),
        "parameter": 4 * t - 2,
        "length": ((length / radius + 0.3).log() - 2).expand_as(t),
        "entry_pressure": (2.4 * strokes.entry_pressure - 1.2)[:, None].expand_as(t),
        "end_pressure": (2.4 * strokes.pressure - 1.2)[:, None].expand_as(t),
        "cos": cos,
        "sin": sin,
        "cos_double": cos * cos - sin * sin,
        "sin_double": 2 * cos * sin,
        "bend": torch.tanh(curvature * radius),
    }
    return torch.stack([features[name] for name in FEATURES], -1), ds, radius, tangent
