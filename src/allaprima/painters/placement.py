"""Where and how the strokes of a level begin: where the canvas is wrong, along the photo's edges, in its colours."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ..strokes import WINDOW, PlacedStrokes, Strokes
from .bounds import StrokeBounds
from .flow import averaged, direction_of, flow, structure
from .levels import Level

PRESSURE, LIFTED = 0.7, 0.5  # where strokes begin, and where those of paint that lies along the form end
FAINT = 1e-5  # squared error: where a canvas is nearer to its photo, no stroke is needed
BROADER = (2.0, 4.0)  # times
LONGER = 2.5  # times what a stroke is more slender by
SMALLEST = 4  # canvas pixels: no window is smaller
SMALLER = 0.91  # strokes are by so much, where a focus is brightest, but for those of the sketch


def initial_strokes(
    target: Tensor,
    canvas: Tensor,
    level: Level,
    scale: float,
    bounds: StrokeBounds,
    generator: torch.Generator,
    focus: Tensor | None = None,
    share: float = 1.0,
) -> PlacedStrokes:
    """New strokes for a level: where ``canvas`` is far from ``target``, both ``(3, H, W)`` at ``scale`` of the
    canvas, along the photo's edges, in its colours; and, the more the larger ``share`` is, where ``focus`` ``(H, W)``
    is large, and smaller there, but for those of a sketch. Where the photo runs in one direction they are long and
    slender. Those on quiet ground come first, those on detail over them.
    """
    window = level.window * scale
    error = ((target - canvas).square().sum(0) - bounds.faint).clamp(min=0)
    broader = _broader(target, level, scale, bounds)
    if focus is not None:
        if not bounds.away:  # as if the place was all of the canvas
            broader = broader * focus.mean().sqrt().clamp(min=1 - SMALLER)
        elif not level.sketch:
            broader = broader * (1 - (share * focus).square() * SMALLER)
        focus = (bounds.away + (1 - bounds.away) * focus) ** share
    cell = max(1, round(window / 4))
    points = _spread(error / broader.square(), focus, level.strokes, cell, bounds.gather, generator)
    blur = window * bounds.sweep
    tensor = flow(target, blur) if bounds.flow_weight else structure(target, blur)
    y, x = points[(tensor[0] + tensor[2])[points[:, 0], points[:, 1]].argsort(stable=True)].unbind(1)
    runs = direction_of(tensor)[:, y, x].norm(dim=0)
    runs = (runs - runs.mean()) * bounds.slender
    direction = _along_edges(tensor, generator)[:, y, x] * (bounds.reach * (1 + LONGER * runs))
    center = torch.stack([x, y]).to(target) + 0.5
    windows = (level.window * broader[y, x]).round().clamp(min=max(SMALLEST, bounds.window_in_focus))
    corner = ((center / scale) - windows / 2).round()
    middle = (center / scale - corner) / windows
    ones = torch.ones(level.strokes, device=target.device)
    (start_x, start_y), (end_x, end_y) = middle - direction, middle + direction
    color, lifted = target[:, y, x], LIFTED if bounds.flow_weight else PRESSURE
    return Strokes(
        pressure=ones * lifted, size=bounds.size - runs, control_x=middle[0], control_y=middle[1], end_x=end_x,
        end_y=end_y, color_r=color[0], color_g=color[1], color_b=color[2], start_x=start_x, start_y=start_y,
        entry_pressure=ones * PRESSURE,
    ).placed(corner[0], corner[1], windows)  # fmt: skip


def _broader(target: Tensor, level: Level, scale: float, bounds: StrokeBounds) -> Tensor:
    """How many times broader than others strokes of a level may be, ``(H, W)``: where all of a stroke would lie on what
    is nearly of one colour in the ``target``, calm ground is left to few, broad ones.
    """
    broader, calm = torch.ones_like(target[0]), torch.ones_like(target[0], dtype=torch.bool)
    for times in BROADER:
        window = times * level.window
        if not bounds.calm or window > min(bounds.largest_window, max(target.shape) / scale):
            break
        mean, square = (averaged(picture, window * scale / 10) for picture in (target, target.square()))
        calm &= (square - mean.square()).sum(0) < 3 * bounds.calm**2
        broader[calm] = times
    return broader


def _spread(
    error: Tensor, focus: Tensor | None, count: int, cell: int, power: float, generator: torch.Generator
) -> Tensor:
    """``count`` pixels ``(count, 2)`` as y, x: each cell of the picture gets its share by error, times its focus, so
    that strokes gather where they are needed without clumping, then chance chooses within the cell by both.
    """
    height, width = error.shape
    rows, columns = -(-height // cell), -(-width // cell)

    def cells(picture: Tensor) -> Tensor:
        padded = F.pad(picture, (0, -width % cell, 0, -height % cell))
        return padded.view(rows, cell, columns, cell).transpose(1, 2).reshape(rows * columns, cell * cell)

    chance = cells(error + FAINT)
    share = chance.sum(1) ** power + 1e-12
    if focus is not None:
        chance, share = chance * (cells(focus) + 1e-6), share * cells(focus).mean(1) + 1e-12
    share = share / share.sum() * count
    # systematic resampling: every cell gets its share rounded down or up, and the sum is exact
    offset = torch.rand(1, generator=generator).item()
    edges = (share.double().cumsum(0) + offset).floor().long()
    edges[-1] = count + int(offset)
    owner = torch.repeat_interleave(torch.diff(edges, prepend=edges.new_zeros(1)))[:count]
    owner = owner[torch.randperm(count, generator=generator).to(owner.device)]
    pick = torch.multinomial(chance.cpu(), _most(owner), replacement=True, generator=generator).to(owner.device)
    nth = _nth(owner)
    inner = pick[owner, nth]
    return torch.stack([owner // columns * cell + inner // cell, owner % columns * cell + inner % cell], 1)


def _most(owner: Tensor) -> int:
    return int(torch.bincount(owner).max())


def _nth(owner: Tensor) -> Tensor:
    """For each entry, how many equal entries stand before it."""
    order = torch.argsort(owner, stable=True)
    ordered = owner[order]
    first = torch.searchsorted(ordered, ordered)
    nth = torch.empty_like(owner)
    nth[order] = torch.arange(len(owner), device=owner.device) - first
    return nth


def ground_strokes(target: Tensor, level: Level, scale: float) -> PlacedStrokes:
    """Broad strokes that cover all of a canvas, side by side, along what ``target`` ``(3, H, W)``, at
    ``scale`` of the canvas, shows at large, in its colours.
    """
    height, width = target.shape[1:]
    rows, columns = level.rows, level.strokes // level.rows
    y, x = ((torch.arange(many) + 0.5) * side / many for many, side in ((rows, height), (columns, width)))
    x, y = (axis.flatten().to(target.device) for axis in torch.meshgrid(x, y, indexing="xy"))
    step = max(height / rows, width / columns) / scale
    tensor = flow(target, max(target.shape) / 16)
    xx, xy, yy = tensor[:, y.long(), x.long()]
    angle = torch.atan2(2 * xy, xx - yy) / 2 + torch.pi / 2
    window = level.window
    corner_x, corner_y = x / scale - window / 2, y / scale - window / 2
    reach = 0.8 * step / window
    dx, dy = angle.cos() * reach, angle.sin() * reach
    radius = torch.full_like(x, 0.78 * step / window * WINDOW)
    half, ones = torch.full_like(x, 0.5), torch.ones_like(x)
    color = F.avg_pool2d(target[None], 5, 1, 2, count_include_pad=False)[0][:, y.long(), x.long()]
    return Strokes(
        pressure=ones * 0.9, size=radius.log() / 2, control_x=half, control_y=half, end_x=half + dx, end_y=half + dy,
        color_r=color[0], color_g=color[1], color_b=color[2], start_x=half - dx, start_y=half - dy,
        entry_pressure=ones * 0.9,
    ).placed(corner_x, corner_y, window)  # fmt: skip


def _along_edges(tensor: Tensor, generator: torch.Generator) -> Tensor:
    """Unit vectors ``(2, H, W)`` as x, y along the edges of the picture: the structure tensor's minor direction,
    with a random sign; any direction where there is no edge.
    """
    xx, xy, yy = tensor
    chance = torch.rand(xx.shape, generator=generator).to(tensor.device) * 2 * torch.pi
    strong = (xx + yy) > 1e-6
    angle = torch.where(strong, torch.atan2(2 * xy, xx - yy) / 2 + torch.pi / 2, chance)
    angle = angle + torch.where(chance > torch.pi, torch.pi, 0.0)
    return torch.stack([angle.cos(), angle.sin()])
