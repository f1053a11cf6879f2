"""Paint with a relief: what is seen of it step by step, and how far strokes reach."""

from itertools import pairwise

import numpy as np
import pytest

from allaprima import Painting
from allaprima.brush.bristle import BristleBrush
from allaprima.brush.bristle_shape import shape_names
from allaprima.export.film import begun
from allaprima.rendering import Background, Rendering
from allaprima.rendering.bristle_drawing import BristleDrawing
from allaprima.rendering.bristles_on_canvas import Bristles
from allaprima.rendering.tiles import Tiles

from .conftest import placed


def drawn(painting: Painting, strokes: int, size: int) -> BristleDrawing:
    drawing = painting.drawing(Rendering(size=size))
    assert isinstance(drawing, BristleDrawing)
    drawing.draw(0, strokes)
    return drawing


def test_light_falls_anew_where_something_happened(oil: Painting) -> None:
    """And the picture is that of all strokes at once, to the bit; what was seen before stays as it was."""
    drawing, last = drawn(oil, 0, 900), len(oil)
    stops = [0, 30, *range(last - 5, last), last]
    seen = [drawing.picture()]
    for first, after in pairwise(stops):
        drawing.draw(first, after)
        stale = drawing.tiles.stale.sum()
        seen.append(drawing.picture())
        assert stale <= (drawing.tiles.stale.size if after <= last - 5 else 16)
    assert drawing.picture() is seen[-1] and not drawing.tiles.stale.any()
    whole = drawn(oil, last, 900)
    assert (seen[-1] == whole.picture()).all() and (whole.relit(whole.light) == seen[-1]).all()
    assert (seen[1] == drawn(oil, 30, 900).picture()).all()


def test_strokes_under_way_are_seen_in_their_tiles(oil: Painting) -> None:
    one, other = (drawn(oil, 50, 900) for _ in range(2))
    growing = begun(one.strokes[50:51], 0.5)
    before = one.picture().copy()
    assert one.touched(growing).sum() < one.tiles.stale.size
    seen = one.glance(growing)
    assert (seen != before).any() and (one.picture() == before).all()
    assert list(other.bristles.others_on(other.canvas.numpy(), other.height_map.numpy(), growing, 50)) == [1]
    assert (other.picture() == seen).all()


@pytest.mark.parametrize("name", shape_names())
def test_no_paint_lies_outside_of_the_boxes(name: str) -> None:
    background = Background("#808080")
    for seed, window in enumerate((24, 48, 200)):
        strokes = placed(30, 96, seed, window)
        bristles = Bristles(strokes, [BristleBrush(name)], 96, 96, background)
        boxes = bristles.boxes(strokes, 300)
        for index, (left, top, right, bottom) in enumerate(boxes.clip(0).astype(int).tolist()):
            canvas = np.full((3, 300, 300), 0.5, np.float32)
            height = np.zeros((300, 300), np.float32)
            for _ in bristles.draw_on(canvas, height, index, index + 1):
                pass
            changed = (canvas != 0.5).any(0) | (height != 0)
            changed[top : bottom + 1, left : right + 1] = False
            assert not changed.any(), (seed, index)


def test_tiles() -> None:
    tiles = Tiles(250, 130, 100)
    assert tiles.stale.shape == (2, 3) and tiles.stale.all()
    assert list(tiles.among(tiles.stale))[-1] == (100, 130, 200, 250)
    boxes = [[-30, -30, -1, 400], [120, 20, 130, 99.9], [0, -50, 99, -20], [190, 129, 900, 500], [300, 0, 400, 9]]
    for box, wanted in zip(boxes, [[], [1], [], [4, 5], []], strict=True):
        assert np.flatnonzero(tiles.under(np.array([box]))).tolist() == wanted, box
    assert not tiles.under(np.zeros((0, 4))).any()
    assert next(tiles.among(tiles.stale)).grown(20, 130, 250) == (0, 120, 0, 120)
