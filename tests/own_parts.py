"""Parts of somebody's own, as tests give them: a brush, a loss, a painting program."""

import torch
from torch import Tensor, nn

from allaprima import PlacedStrokes, Strokes


class Pen(nn.Module):
    """A soft line along the curve, so many radii wide; it has no attribute that a brush of ours has."""

    def __init__(self, wide: float = 1.2) -> None:
        super().__init__()
        self.wide = nn.Parameter(torch.tensor(wide))

    def forward(self, strokes: Strokes, size: int) -> Tensor:
        curve = strokes.curve(torch.linspace(0, 1, 12, device=strokes.device))
        middles = (torch.arange(size, device=strokes.device) + 0.5) / size
        x, y = curve[:, :, None, None, 0] - middles, curve[:, :, None, None, 1] - middles[:, None]
        firm = 0.5 + strokes.pressure_at(torch.zeros(1, device=strokes.device)) / 2
        radius = (self.wide * strokes.radius)[:, None, None, None]
        return (torch.exp(-(x**2 + y**2) / radius**2).amax(1) * firm[..., None])[:, None]


def pen(strokes: Strokes, size: int) -> Tensor:
    """The same as a function."""
    drawn: Tensor = PEN(strokes, size)
    return drawn


def dots(strokes: Strokes, size: int) -> Tensor:
    """A painting program: a square in the middle of each window."""
    opacity = torch.zeros(len(strokes), 1, size, size)
    opacity[:, :, size // 3 : size - size // 3, size // 3 : size - size // 3] = 1
    return opacity


def spots(strokes: Strokes, size: int) -> Tensor:
    """A painting program in five lines: a soft spot at the end of each stroke."""
    grid = (torch.arange(size) + 0.5) / size
    x, y = grid[None, None, :] - strokes.end_x[:, None, None], grid[None, :, None] - strokes.end_y[:, None, None]
    return torch.exp(-(x**2 + y**2) / (2 * strokes.radius[:, None, None] ** 2))[:, None]


class Small(nn.Module):
    """A network of somebody's own, without any attribute that allaprima knows."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(12, 24), nn.ReLU(), nn.Linear(24, 64))

    def forward(self, strokes: Strokes, size: int) -> Tensor:
        small = self.layers(strokes.actions).sigmoid().view(-1, 1, 8, 8)
        return nn.functional.interpolate(small, (size, size), mode="bilinear")


def apart(canvas: Tensor, picture: Tensor, strokes: PlacedStrokes) -> Tensor:
    """A loss."""
    return (canvas - picture).abs().mean()


PEN = Pen().requires_grad_(False)
