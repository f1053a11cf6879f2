"""Texture: the neural brush draws the very sample that MyPaint would."""

import ctypes
from pathlib import Path

import numpy as np
import pytest
import torch

import allaprima
from allaprima import MyPaintBrush, Strokes
from allaprima.brush import mypaint_dabs as dabs
from allaprima.brush.libmypaint import LIBRARIES
from allaprima.brush.mypaint import brush_file
from allaprima.brush.texture import Texture

from .conftest import PLAIN, psnr

CHANCE = ["dry_brush", "chalk", "charcoal"]


def sampled(count: int, seed: int = 0) -> Strokes:
    samples = torch.from_numpy(np.random.default_rng(seed).integers(0, 256, count))
    return Strokes.random(count, seed).placed(0, 0, 64, sample=samples)


def test_the_random_numbers_are_the_engines_own() -> None:
    library = next(ctypes.CDLL(name) for name in LIBRARIES if not name.endswith(("dylib", "dll")))
    library.rng_double_new.restype, library.rng_double_new.argtypes = ctypes.c_void_p, [ctypes.c_long]
    library.rng_double_next.restype, library.rng_double_next.argtypes = ctypes.c_double, [ctypes.c_void_p]
    source = library.rng_double_new(dabs.SEED)
    theirs = torch.tensor([library.rng_double_next(source) for _ in range(2048)])
    assert torch.equal(theirs, dabs._chance(2048))


@pytest.mark.parametrize("name", CHANCE)
def test_a_sample_is_that_sample(name: str) -> None:
    """Nearer to MyPaint's stroke of that sample than MyPaint's other samples are, and than the mean stroke is."""
    brush, strokes = allaprima.load_brush(name), sampled(60)
    assert strokes.sample is not None
    real = MyPaintBrush(brush.card.mypaint)
    true, other = real(strokes), real(strokes.change(sample=(strokes.sample + 5) % 256))
    textured = psnr(brush.textured(strokes), true)
    assert textured > psnr(brush(strokes), true) + 2.5
    assert textured > psnr(other, true) + 4
    assert psnr(brush.textured(strokes.change(sample=strokes.sample + 1)), true) < textured - 2


def test_texture_at_other_sizes() -> None:
    brush, strokes = allaprima.load_brush("dry_brush"), sampled(20)
    real = MyPaintBrush(brush.card.mypaint)
    for size in (16, 32, 128, 256):
        assert psnr(brush.textured(strokes, size), real(strokes, size)) > 33


@pytest.mark.parametrize("name", ["rigger", "calligraphy", "oil"])
def test_without_chance_or_use_there_is_no_texture(name: str) -> None:
    brush = allaprima.load_brush(name)
    assert brush.textured is brush and brush.card.texture == {}


def test_no_sample_is_sample_0_and_neighbours_do_not_matter() -> None:
    brush, strokes = allaprima.load_brush("chalk").textured, sampled(9)
    zero = strokes.placed(0, 0, 64, sample=torch.zeros(9, dtype=torch.long))
    assert torch.equal(brush(strokes.actions), brush(zero))
    assert torch.allclose(brush(strokes[4:5]), brush(strokes)[4:5], atol=1e-5)


def test_gradient_reaches_the_strokes_and_no_weight() -> None:
    brush = allaprima.load_brush("dry_brush").textured
    actions = Strokes.random(4, 1).actions.requires_grad_()
    brush(Strokes.from_actions(actions).placed(0, 0, 64, sample=torch.arange(4))).mean().backward()
    assert actions.grad is not None and (actions.grad[:, [0, 1, 2, 3, 4, 5, 9, 10, 11]].abs().sum(0) > 0).all()
    assert all(weight.grad is None for weight in brush.generator.parameters())


def test_brushes_of_every_kind_are_read() -> None:
    """Whatever stands in the .myb files of MyPaint's own brushes: finite numbers, dabs in order."""
    folder = brush_file("classic/dry_brush").parent.parent
    strokes = sampled(3, 4)
    for path in sorted(folder.glob("*/*.myb"))[::7]:
        try:
            read = dabs.Dabs(path.read_text())
        except ValueError:
            continue  # the old format of MyPaint's first brushes, which is no JSON
        t, counts = read.along(strokes)
        assert t.isfinite().all() and (t.diff(dim=1) >= 0).all() and (counts >= 0).all()


@pytest.mark.parametrize("text", ["", "no json", "[]", "{}", '{"settings": 5}'])
def test_a_text_that_is_no_brush(text: str) -> None:
    with pytest.raises((ValueError, LookupError, TypeError)):
        Texture(text)


def test_a_painting_with_texture(tmp_path: Path) -> None:
    photo = Path(__file__).parent.parent / "examples/chelsea.png"
    painting = allaprima.paint(photo, strokes=60, size=64, quality="draft", **PLAIN)
    mean, textured, real = (
        torch.from_numpy(painting.render(512, engine=engine, texture=texture)).float() / 255
        for engine, texture in (("neural", False), ("neural", True), ("mypaint", False))
    )
    assert psnr(textured, real) > psnr(mean, real) + 4
    assert torch.equal(textured, torch.from_numpy(painting.render(512, texture=True)).float() / 255)
    allaprima.write(painting, tmp_path / "a.png", texture=True)


def test_a_painting_says_whether_it_has_texture(photo: Path) -> None:
    changes = PLAIN | {"brush": "chalk", "strokes": 30, "size": 64, "quality": "draft"}
    painting = allaprima.paint(photo, texture=True, **changes)
    grain = painting.render(texture=True)
    assert painting.settings.texture and (painting.render() == grain).all()
    assert not (painting.render(texture=False) == grain).all()
    plain = allaprima.paint(photo, **changes)
    assert (plain.render() == plain.render(texture=False)).all()
