"""Strokes of plain numbers, as one writes them by hand."""

import pytest
import torch

from allaprima import InputError, Strokes


def test_rows_are_strokes() -> None:
    rows = [[i / 12 for i in range(12)], [0, 1] * 6]
    strokes = Strokes.from_actions(rows)
    assert strokes.actions.dtype == torch.float32
    assert torch.equal(strokes.actions, torch.tensor(rows, dtype=torch.float32))


@pytest.mark.parametrize(
    ("rows", "told"),
    [([[0.5] * 12, [0.5]], "give rows of 12 numbers"), ([[0.5] * 11], r"\(1, 11\)"), ([["a"] * 12], "give rows of 12")],
)
def test_what_is_none_is_refused(rows: list[list[float]], told: str) -> None:
    with pytest.raises(InputError, match=told):
        Strokes.from_actions(rows)
