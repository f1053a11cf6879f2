"""Where a MyPaint brush lays its dabs, and with what luck: read off its ``.myb``.

A stroke of MyPaint is a row of dabs. How close they lie follows from a few of the brush's settings; and what looks
random can be known, since a fresh brush always starts from the same random numbers: sample k of a stroke begins
with number k of one fixed sequence, and each dab takes the same count of them. Sources, in libmypaint:
``mypaint-brush.c`` (``count_dabs_to``, ``update_states_and_setting_values``) and ``rng-double.c``.
"""

from __future__ import annotations

import math
from functools import cache

import torch
from torch import Tensor

from ..strokes import WINDOW, Strokes
from .myb import parse_myb

SEED = 1000  # of every fresh brush
LONG, SHORT = 10, 7  # lags of the generator
BLOCK = 19  # numbers made at a time, of which the first 10 are used
EVENTS = 100  # along a stroke, 0.1 s each
FIRST = 1  # random numbers used up before the first dab of sample 0
LUCK_X, LUCK_Y, LUCK_RADIUS = range(3)  # columns of a dab's luck
SLOWNESS = {"speed1": 0.04, "speed2": 0.8}  # the engine's own defaults


class Dabs:
    """The dabs of one brush, from the text of its ``.myb``. Raises InputError for a text that is no brush."""

    def __init__(self, myb: str) -> None:
        self._settings = parse_myb(myb)
        self.scattered, self.uneven = self._used("offset_by_random"), self._used("radius_by_random")
        self._taken = 1 + 8 * self.scattered + 4 * self.uneven  # random numbers for each dab

    @property
    def random(self) -> bool:
        """Whether luck plays a part at all."""
        return self.scattered or self.uneven

    @torch.no_grad()
    def along(self, strokes: Strokes) -> tuple[Tensor, Tensor]:
        """Parameters ``(N, Q)`` in [0,1] of each stroke's dabs, and how many ``(N,)`` of the Q it has."""
        device = strokes.size.device
        strokes = strokes.to("cpu").to(torch.float64)  # which MPS has not
        even = torch.linspace(0, 1, EVENTS + 1, dtype=torch.float64)
        points = strokes.curve(even)
        pieces = (points[:, 1:] - points[:, :-1]).norm(dim=-1)
        radius = self._radius(strokes, strokes.pressure_at((even[1:] + even[:-1]) / 2), pieces)
        close = self._base("dabs_per_basic_radius", 0.0) / strokes.radius[:, None]
        close = close + self._base("dabs_per_actual_radius", 2.0) / radius
        laid = pieces * close + self._base("dabs_per_second", 0.0) / 10
        laid = torch.cat([laid.new_zeros(len(strokes), 1), laid.cumsum(1)], 1)
        counts = laid[:, -1].floor().long()
        wanted = torch.arange(1, max(1, int(counts.max())) + 1, dtype=torch.float64, device=laid.device)
        wanted = wanted.expand(len(strokes), -1).contiguous()
        index = torch.searchsorted(laid, wanted).clamp(1, EVENTS)
        low, high = laid.gather(1, index - 1), laid.gather(1, index)
        t = (index - 1 + (wanted - low) / (high - low).clamp(min=1e-9)) / EVENTS
        return t.clamp(0, 1).float().to(device), counts.to(device)

    def luck(self, sample: Tensor, count: int) -> Tensor:
        """``(N, count, 3)``: the standard normal numbers of each dab of these samples ``(N,)``, LUCK_X, LUCK_Y and
        LUCK_RADIUS; 0 where the brush asks for none.
        """
        longest = int(sample.max()) + FIRST + self._taken * count
        normal = _normal(1 << longest.bit_length()).to(sample.device)
        start = sample[:, None] + FIRST + self._taken * torch.arange(count, device=sample.device)
        asked = {LUCK_X: self.scattered, LUCK_Y: self.scattered, LUCK_RADIUS: self.uneven}
        luck = normal.new_zeros(*start.shape, 3)
        for place, axis in enumerate(axis for axis, there in asked.items() if there):
            luck[..., axis] = normal[start + 4 * place]
        return luck

    def _radius(self, strokes: Strokes, pressure: Tensor, pieces: Tensor) -> Tensor:
        """The radius ``(N, E)`` after the brush's own reaction to pressure and speed, in fractions of the window."""
        log_radius = (2 * strokes.size)[:, None].expand_as(pieces)
        radius = self._settings.get("radius_logarithmic")
        for name, curve in radius.inputs.items() if radius else ():
            if name == "pressure":
                log_radius = log_radius + _along(pressure, curve)
            elif name in SLOWNESS:
                log_radius = log_radius + _along(self._speed(name, pieces * WINDOW * EVENTS / 10), curve)
        return log_radius.exp().clamp(0.2, 1000) / WINDOW

    def _speed(self, name: str, pixels: Tensor) -> Tensor:
        """What the engine makes of a speed ``(N, E)`` in px/s: it follows slowly, on a scale that is logarithmic."""
        keep = math.exp(-0.1 / max(1e-3, self._base(f"{name}_slowness", SLOWNESS[name])))
        ago = torch.arange(pixels.shape[1], dtype=pixels.dtype, device=pixels.device)
        ago = ago[:, None] - ago
        followed = pixels @ torch.where(ago >= 0, (1 - keep) * keep ** ago.clamp(min=0), 0.0).T
        gamma = math.exp(self._base(f"{name}_gamma", 4.0))
        slope = 0.015 * (45 + gamma)
        felt: Tensor = (followed + gamma).log() * slope + 0.5 - slope * math.log(45 + gamma)
        return felt

    def _used(self, name: str) -> bool:
        return name in self._settings and self._settings[name].used

    def _base(self, name: str, default: float) -> float:
        return self._settings[name].base_value if name in self._settings else default


def _along(values: Tensor, curve: list[list[float]]) -> Tensor:
    """A brush's reaction: piecewise linear through the points of ``curve``, and on beyond its ends."""
    x, y = values.new_tensor(curve).T
    index = torch.searchsorted(x.contiguous(), values.contiguous()).clamp(1, len(x) - 1)
    share = (values - x[index - 1]) / (x[index] - x[index - 1]).clamp(min=1e-9)
    reaction: Tensor = y[index - 1] + share * (y[index] - y[index - 1])
    return reaction


@cache
def _normal(count: int) -> Tensor:
    """About standard normal: what the engine makes of each four numbers in a row, the first of ``count`` beginning."""
    return (_chance(count + 3).unfold(0, 4, 1).sum(-1) - 2) * math.sqrt(3)


@cache
def _chance(count: int) -> Tensor:
    """The first ``count`` random numbers, uniform in [0,1), of a fresh brush: Knuth's ``ranf_array`` (*The Art of
    Computer Programming*, 3.6) with short lags; the same bits as libmypaint's.
    """
    state = _begin(SEED)
    numbers: list[float] = []
    while len(numbers) < count:
        numbers += _go_on(state, BLOCK)[:LONG]
    return torch.tensor(numbers[:count])


def _begin(seed: int) -> list[float]:
    ulp = 2.0**-52
    u, value = [0.0] * (2 * LONG - 1), 2 * ulp * (seed + 2)
    for j in range(LONG):
        u[j] = value
        value += value
        value -= (1 - 2 * ulp) if value >= 1 else 0
    u[1] += ulp
    left, squarings = seed, 6
    while squarings:
        for j in range(LONG - 1, 0, -1):
            u[2 * j], u[2 * j - 1] = u[j], 0.0
        for j in range(2 * LONG - 2, LONG - 1, -1):
            u[j - LONG + SHORT] = (u[j - LONG + SHORT] + u[j]) % 1
            u[j - LONG] = (u[j - LONG] + u[j]) % 1
        if left & 1:
            u[1 : LONG + 1] = u[:LONG]
            u[0] = u[LONG]
            u[SHORT] = (u[SHORT] + u[LONG]) % 1
        squarings -= left == 0
        left >>= 1
    state = u[SHORT:LONG] + u[:SHORT]
    for _ in range(10):
        _go_on(state, 2 * LONG - 1)
    return state


def _go_on(state: list[float], count: int) -> list[float]:
    """The next ``count`` numbers; ``state`` moves on."""
    numbers = state[:]
    for j in range(LONG, count + LONG):
        numbers.append((numbers[j - LONG] + numbers[j - SHORT]) % 1)
    state[:] = numbers[count:]
    return numbers[:count]
