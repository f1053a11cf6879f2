"""The real brush: deterministic, the same at any size, and clear when it is missing."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from allaprima import InputError, MyPaintBrush, Strokes
from allaprima.brush import libmypaint as surface
from allaprima.brush import mypaint
from allaprima.brush.libmypaint import Surface
from allaprima.brush.mypaint import brush_file
from allaprima.rendering.background import Background
from allaprima.rendering.drawing import Composition
from allaprima.rendering.mypaint_drawing import MyPaintDrawing

from .conftest import placed, psnr

DRY = "classic/dry_brush"


@pytest.fixture(scope="module")
def dry() -> MyPaintBrush:
    return MyPaintBrush(DRY)


def test_brushes_are_found_in_the_2_0_folder(
    dry: MyPaintBrush, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = brush_file(DRY)
    assert "2.0" in str(path)
    assert MyPaintBrush(str(path)).sha256 == dry.sha256 and MyPaintBrush(str(path)).name == "dry_brush"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/own.myb").write_bytes(path.read_bytes())
    monkeypatch.setenv("MYPAINT_BRUSHES", str(tmp_path))
    assert MyPaintBrush("mine/own").sha256 == dry.sha256


def test_samples(dry: MyPaintBrush) -> None:
    strokes = Strokes.random(4, 1)
    other = strokes.placed(0, 0, 64, sample=50)
    assert torch.equal(dry(strokes), dry(strokes.placed(0, 0, 64)))
    assert torch.equal(dry(other), dry(other))
    assert 15 < psnr(dry(strokes), dry(other)) < 35


def test_a_run_lets_the_random_numbers_run_on(dry: MyPaintBrush) -> None:
    strokes = Strokes.cat([Strokes.random(1, 2)] * 3)
    first, second, _ = torch.from_numpy(dry.draw_run(strokes)).float() / 255
    assert torch.allclose(first, dry(strokes)[0, 0], atol=0.6 / 255)
    assert not torch.equal(first, second)
    assert (dry.draw_run(strokes) == dry.draw_run(strokes)).all()


@pytest.mark.parametrize("factor", [49, 51, 64, 128])
def test_strokes_scale(factor: int) -> None:
    brush = MyPaintBrush(DRY)
    stroke = Strokes.random(1, 3)
    large = F.avg_pool2d(brush(stroke, 64 * factor), factor)
    reference = F.avg_pool2d(brush(stroke, 512), 8)
    assert psnr(large, reference) > 50


def test_small_sizes_are_averaged(dry: MyPaintBrush) -> None:
    strokes = Strokes.random(3, 4)
    assert torch.allclose(dry(strokes, 32), F.avg_pool2d(dry(strokes, 128), 4), atol=1e-5)


def test_opacity_and_color_come_apart(dry: MyPaintBrush) -> None:
    """A stroke on a canvas is its opacity, composited in its colour."""
    strokes = placed(1, 64, window=64).change(window_x=torch.zeros(1), window_y=torch.zeros(1))
    surface = Surface(64, 64, torch.tensor([0.2, 0.5, 0.8])[:, None, None].expand(3, 64, 64).numpy())
    assert list(dry.draw_on([surface], strokes)) == [1]
    drawn = torch.from_numpy(surface.rgba()[..., :3])
    opacity = dry(strokes)[0, 0, :, :, None]
    paper = torch.tensor([0.2, 0.5, 0.8])
    assert (drawn - (paper * (1 - opacity) + strokes.color * opacity)).abs().max() < 2e-3


@pytest.mark.parametrize("name", ["classic/blend+paint", "ramon/Hard_Eraser", DRY])
@pytest.mark.parametrize("picture", [False, True])
def test_a_canvas_that_became_clear_shows_the_paper(name: str, picture: bool) -> None:
    """And where it did not, it is what the engine drew, exactly; a small picture is drawn larger, and averaged."""
    brush, paper = MyPaintBrush(name), np.full((96, 96, 3), (220, 200, 40), np.uint8)
    paper[48:] = 220, 60, 200 if picture else 40
    background = Background("#dcc828", paper if picture else None)
    strokes = placed(12, 96, window=64).change(color_r=torch.full((12,), 0.9))
    for size in (96, 48):
        drawing = MyPaintDrawing(Composition(strokes, 96, 96, background), [brush], size, size)
        drawing.draw(0, 12)
        found, drawn = drawing.picture(), drawing.surface.rgba(drawing.shrink)
        clear = drawn[..., 3] < 1
        assert found[..., 0].min() > 180  # neither the paper nor the paint is dark
        assert (found == (drawn[..., :3] * 255).round().astype(np.uint8))[~clear].all()
        assert clear.any() == (name != DRY)
    assert (drawing.glance(strokes[:0]) == found).all()


def test_what_is_missing_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no MyPaint brush classic/nothing"):
        MyPaintBrush("classic/nothing")
    with pytest.raises(InputError, match=r"no brush file .*gone\.myb"):
        MyPaintBrush(str(tmp_path / "gone.myb"))
    (tmp_path / "bad.myb").write_text("no brush")
    with pytest.raises(InputError, match="is no MyPaint brush"):
        MyPaintBrush(str(tmp_path / "bad.myb"))
    monkeypatch.setattr(mypaint, "SHARES", ())
    with pytest.raises(InputError, match=r"not installed.*apt install"):
        MyPaintBrush(DRY)
    monkeypatch.setattr(surface, "LIBRARIES", ("libnothing.so",))
    surface.engine.cache_clear()
    try:
        with pytest.raises(InputError, match=r"libmypaint 1\.x.*apt install.*brew.*pacman"):
            surface.engine()
    finally:
        surface.engine.cache_clear()
