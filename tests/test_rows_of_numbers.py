"""Strokes of plain numbers, as one writes them by hand."""

from typing import Any

import numpy as np
import pytest
import torch

from allaprima import InputError, Painting, Strokes, composite, load_brush


def test_rows_are_strokes() -> None:
    rows = [[i / 12 for i in range(12)], [0, 1] * 6]
    strokes = Strokes.from_actions(rows)
    assert strokes.actions.dtype == torch.float32
    assert torch.equal(strokes.actions, torch.tensor(rows, dtype=torch.float32))


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_arrays_are_strokes(kind: Any) -> None:
    """As tensors of their kind are, whatever is done with them."""
    array = np.random.default_rng(0).random((5, 12)).astype(kind)
    strokes = Strokes.from_actions(array[::-1])
    assert strokes.actions.dtype == torch.from_numpy(array).dtype and (strokes.actions.numpy() == array[::-1]).all()
    assert Strokes.from_actions(np.eye(12, dtype=np.uint8)).actions.dtype == torch.float32
    before, brush = strokes.actions.clone(), load_brush("oil")
    picture = Painting.of(array, 30, 20, brush="oil").render()
    opacity = brush(array, 30)
    array[:] = 0
    assert torch.equal(strokes.actions, before) and picture.shape == (20, 30, 3)
    same = Strokes.from_actions(torch.from_numpy(array).float())
    assert opacity.dtype == torch.float32 and not torch.equal(opacity, brush(same, 30))
    drawn = composite(torch.ones(3, 20, 30).to(before.dtype), strokes.placed(0, 0, 30.0), brush)
    assert drawn.dtype == before.dtype and drawn.min() < 0.9


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([[0.5] * 12, [0.5]], "give rows of 12 numbers"),
        ([[0.5] * 11], r"\(1, 11\)"),
        ([["a"] * 12], "give rows of 12"),
        (np.array([["a"] * 12]), "give rows of 12"),
        (np.zeros((2, 3)), r"\(2, 3\)"),
    ],
)
def test_what_is_none_is_refused(rows: list[list[float]], told: str) -> None:
    with pytest.raises(InputError, match=told):
        Strokes.from_actions(rows)
