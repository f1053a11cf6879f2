"""Adam of our own does what torch's does."""

import pytest
import torch

from allaprima import InputError
from allaprima.painters.adam import Adam


def leaves(seed: int) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(count, generator=generator).requires_grad_() for count in (7, 1, 30)]


def loss(values: list[torch.Tensor], step: int) -> torch.Tensor:
    """A bumpy one, another at each step, that never asks for the second tensor."""
    used = values[0], values[2]
    return torch.stack([(value.sin() * (1 + step % 3) + value.square() * 0.1).sum() for value in used]).sum()


@pytest.mark.parametrize("steps", [2, 6, 40])
def test_step_by_step_as_in_torch(steps: int) -> None:
    """Rates, momentum and numbers, at each step of a cycle, for groups with rates of their own."""
    mine, theirs = leaves(1), leaves(1)
    rates = [0.13, 0.18, 0.18]
    adam = Adam([(mine[:1], rates[0]), (mine[1:], rates[1])], steps)
    other = torch.optim.Adam([{"params": [value], "lr": rate} for value, rate in zip(theirs, rates, strict=True)])
    cycle = torch.optim.lr_scheduler.OneCycleLR(
        other, rates, total_steps=steps + 1, pct_start=0.1, base_momentum=0.85, max_momentum=0.95, div_factor=25
    )
    for step in range(steps):
        for values in (mine, theirs):
            loss(values, step).backward()  # type: ignore[no-untyped-call]
        adam.step()
        other.step()
        other.zero_grad()
        cycle.step()
        for one, its in zip(mine, theirs, strict=True):
            assert torch.allclose(one, its, rtol=1e-5, atol=1e-6), step


def test_goes_on_from_its_moments() -> None:
    mine, again = leaves(2), leaves(2)
    adam, other = Adam([(mine, 0.1)], 20), Adam([(again, 0.1)], 20)
    for step in range(4, 12):
        loss(mine, step).backward()  # type: ignore[no-untyped-call]
        adam.step()
    with torch.no_grad():
        for one, its in zip(again, mine, strict=True):
            one.copy_(its)
    other.restore(8, adam.moments())
    for values, optimizer in ((mine, adam), (again, other)):
        loss(values, 12).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    assert all(torch.equal(one, its) for one, its in zip(mine, again, strict=True))
    with pytest.raises(InputError, match=r"it has \(2, 3\) moments for 38"):
        other.restore(1, torch.zeros(2, 3))
