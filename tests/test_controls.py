"""Each control keeps its promise: sizes, brushes, colours, focus, ground, paint, chains, and what counts as alike."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

import allaprima
from allaprima import InputError, Painting, Settings
from allaprima.brush.opaque import FINAL, OpaqueBrush, harden
from allaprima.errors import AllaprimaWarning
from allaprima.image.photo import read_photo
from allaprima.painters.connected import tour
from allaprima.painters.inputs import Inputs, load_pictures
from allaprima.painting.file import to_json
from allaprima.painting.pictures import PictureHash
from allaprima.rendering.compositing import as_picture, composite

from .conftest import PLAIN, SCHEMA, psnr

SMALL: dict[str, Any] = {**PLAIN, "strokes": 60, "size": 64, "quality": "draft"}


def widths(painting: Painting) -> torch.Tensor:
    """Of the strokes, in shares of the canvas' long side."""
    return 2 * painting.strokes.radius * painting.strokes.window / painting.size


def across(painting: Painting) -> torch.Tensor:
    """Where the strokes' middles are, in shares of the canvas' width."""
    return (
        painting.strokes.places[:, 0] + painting.strokes.through[:, 0] * painting.strokes.places[:, 2]
    ) / painting.width


def gaps(painting: Painting) -> torch.Tensor:
    """From each stroke's end to the next one's start, in shares of the canvas' long side."""
    corner, side = painting.strokes.places[:, :2], painting.strokes.places[:, 2:]
    return (corner + painting.strokes.end * side)[:-1].sub((corner + painting.strokes.start * side)[1:]) / painting.size


def likeness(painting: Painting, picture: NDArray[np.uint8], photo: Path) -> float:
    target = read_photo(photo).at(painting.width, painting.height)
    return psnr(torch.from_numpy(picture.copy()).permute(2, 0, 1) / 255, target)


# ---- sizes


@pytest.mark.parametrize("mood", ["oil", "painterly", "likeness"])
@pytest.mark.parametrize(("low", "high"), [(0.05, 0.1), (0, 0.03), (0.12, 0), (0.04, 0.04), (0.3, 0.5), (0, 0.01)])
def test_widths_keep_to_their_bounds(photo: Path, mood: str, low: float, high: float) -> None:
    painting = allaprima.paint(photo, **SMALL | {"mood": mood, "min_size": low, "max_size": high})
    found = widths(painting)
    assert found.min() >= low - 1e-5 and found.max() <= (high or 1) + 1e-5
    assert len(painting) == 60


# ---- brushes


def test_brushes_share_the_strokes(photo: Path) -> None:
    painting = allaprima.paint(photo, **SMALL | {"brush": "oil:0.7,dry_brush:0.3"})
    brush, level = painting.strokes.brush, painting.strokes.level
    assert brush is not None and level is not None
    assert [ref.name for ref in painting.brushes] == ["oil", "dry_brush"]
    assert brush.tolist() == [0] * 42 + [1] * 18 and (level.diff() >= 0).all()
    neural, real = (painting.render(128, engine=engine).astype(float) for engine in ("neural", "real"))
    assert np.abs(neural - real).mean() < 8


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=5), st.integers(1, 20_000))
def test_shares_are_exact(shares: list[float], count: int) -> None:
    kinds = Inputs(read_photo(np.zeros((9, 9, 3), np.uint8)), (), tuple(shares)).brush_of_each(count)
    assert len(kinds) == count and (kinds.diff() >= 0).all()
    parts = kinds.bincount(minlength=len(shares)).tolist()
    assert all(abs(part - share / sum(shares) * count) <= 1 for part, share in zip(parts, shares, strict=True))


# ---- focus


def test_more_and_smaller_strokes_in_focus(mask: Callable[..., str]) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (60, 60, 3), np.uint8)
    painting = allaprima.paint(noise, focus=mask(0, 255), **SMALL)
    right = across(painting) > 0.5
    assert right.sum() > 50
    assert widths(painting)[right].mean() < widths(painting)[~right].mean()


def test_strokes_rise_with_the_mask(mask: Callable[..., str]) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (60, 90, 3), np.uint8)
    painting = allaprima.paint(noise, focus=mask(40, 120, 255), **SMALL | {"strokes": 120})
    third = (across(painting) * 3).long().clamp(0, 2)
    few, some, many = third.bincount(minlength=3).tolist()
    assert 0 < few < some < many and few < many / 3
    assert widths(painting)[third == 2].mean() < widths(painting)[third == 0].mean()


def test_a_mask_painted_on_nothing_lies_on_black(mask: Callable[..., str]) -> None:
    black = Path(mask(0, 255))
    painted = Image.new("RGBA", (60, 60), (255, 255, 255, 0))
    painted.putalpha(Image.open(black))
    painted.save(black.with_name("clear.png"))
    noise = np.random.default_rng(0).integers(0, 255, (60, 60, 3), np.uint8)
    settings = Settings(focus=black), Settings(focus=black.with_name("clear.png"))
    expected, seen = (load_pictures(Inputs(read_photo(noise), (), ()), one)[0].focus for one in settings)
    assert expected is not None and seen is not None and np.array_equal(expected, seen)


@pytest.mark.parametrize(
    ("greys", "told"),
    [((9, 9), "is equally bright all over: no place gets more"), ((0, 9, 9), "is 90x60 px and has not the shape of")],
)
def test_masks_that_do_not_fit_are_told(greys: tuple[int, ...], told: str, mask: Callable[..., str]) -> None:
    inputs = Inputs(read_photo(np.zeros((60, 60, 3), np.uint8)), (), ())
    with pytest.warns(AllaprimaWarning, match=told):
        load_pictures(inputs, Settings(focus=mask(*greys)))


# ---- ground


@pytest.mark.parametrize(
    ("background", "paper"),
    [("#B7A994", "#b7a994"), ("#ABC", "#aabbcc"), ("Tomato", "#ff6347"), ("white", "#ffffff"), ("photo-mean", None)],
)
def test_background_color(photo: Path, background: str, paper: str | None) -> None:
    painting = allaprima.paint(photo, background=background, **SMALL)
    mean = read_photo(photo).at(64, 43).mean((1, 2)) * 255
    wanted = torch.tensor(list(bytes.fromhex(paper[1:]))) if paper else mean.round()
    assert (torch.from_numpy(painting[:0].render()) == wanted).all()
    jsonschema.validate(json.loads(to_json(painting)), SCHEMA)


def test_background_picture(photo: Path, mask: Callable[..., str], tmp_path: Path) -> None:
    painting = allaprima.paint(photo, background=mask(0, 128, 255), **SMALL)
    ground = read_photo(mask(0, 128, 255)).image.resize((64, 43), Image.Resampling.LANCZOS)
    for engine in ("neural", "mypaint"):
        assert (painting[:0].render(engine=engine) == np.asarray(ground)).all()
    assert isinstance(painting.settings.background, PictureHash)
    painting.save(tmp_path / "on.painting.json")
    loaded = Painting.load(tmp_path / "on.painting.json")
    assert loaded == painting and (loaded.render(100) == painting.render(100)).all()
    assert painting != allaprima.paint(photo, background=mask(0, 100, 255), **SMALL)


def test_clear_photos_are_painted_on_their_background(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGBA", (32, 32), (255, 255, 255, 0)).save(path)
    small = SMALL | {"strokes": 10, "size": 32}
    blue = allaprima.paint(path, background="#2040c0", **small).render()
    assert np.abs(blue.mean((0, 1)) - (32, 64, 192)).max() < 12
    assert allaprima.paint(path, background="white", **small).render().mean() > 240


# ---- paint


@pytest.mark.parametrize("brush", ["dry_brush", "oil"])
def test_opaque_paint_covers_or_does_not(photo: Path, brush: str) -> None:
    """With every half-transparent pixel made clear or opaque, the picture is nearly as good."""
    painting = allaprima.paint(photo, opaque=True, **SMALL | {"brush": brush})
    paper, strokes = painting.paper(painting.width, painting.height), painting.strokes.to(torch.float32)
    hard = [OpaqueBrush(one, 1000.0) for one in painting.find_brushes()]
    shown = likeness(painting, painting.render(), photo)
    assert likeness(painting, as_picture(composite(paper, strokes, hard, 1.0)), photo) >= shown - 1
    assert likeness(painting, painting.render(engine="mypaint"), photo) >= shown - 3 and shown > 20


@given(st.floats(0, 1), st.floats(1, FINAL))
def test_hardening_keeps_its_ends(opacity: float, steep: float) -> None:
    low, middle, high, some = harden(torch.tensor([0.0, 0.5, 1.0, opacity], dtype=torch.float64), steep).tolist()
    assert (low, middle, high) == pytest.approx((0, 0.5, 1)) and abs(some - 0.5) >= abs(opacity - 0.5) - 1e-9


# ---- chains


@pytest.mark.parametrize(
    "changes",
    [
        {"strokes": 1},
        {"strokes": 2},
        {"strokes": 3},
        {},
        {"strokes": 150, "size": 128},
        {"mood": "likeness"},
        {"mood": "oil"},
        {"mood": "oil", "brush": "flat", "strokes": 90},
    ],
    ids=str,
)
def test_connected_strokes(photo: Path, changes: dict[str, Any]) -> None:
    painting = allaprima.paint(photo, connected=True, **SMALL | changes)
    assert len(painting) == (SMALL | changes)["strokes"]
    assert (gaps(painting).abs() <= 1e-3).all()
    actions = painting.strokes.actions
    assert actions.min() >= 0 and actions.max() <= 1


def test_a_chain_of_several_levels_looks_like_the_photo(photo: Path) -> None:
    painting = allaprima.paint(photo, connected=True, **SMALL | {"strokes": 150, "size": 96})
    assert painting.strokes.level is not None and len(painting.strokes.level.unique()) == 3
    assert likeness(painting, painting.render(), photo) > 22


@settings(max_examples=30)
@given(st.integers(1, 40), st.integers(0, 10**6))
def test_a_tour_visits_every_point_once(count: int, seed: int) -> None:
    points = torch.rand(count, 2, generator=torch.Generator().manual_seed(seed))
    order = tour(points, torch.zeros(2))
    assert order.sort().values.tolist() == list(range(count))
    length = points[order].diff(dim=0).norm(dim=1).sum()
    assert length <= points.diff(dim=0).norm(dim=1).sum() + 1e-6 or count < 10


# ---- together


def test_chain_palette_and_brushes_together(photo: Path) -> None:
    painting = allaprima.paint(photo, connected=True, palette="3", **SMALL | {"brush": "oil:1,dry_brush:1"})
    assert (gaps(painting).abs() <= 1e-3).all() and len(painting.strokes.color.unique(dim=0)) == 3
    assert painting.strokes.brush is not None and painting.strokes.brush.bincount().tolist() == [30, 30]


def test_opaque_and_focus_together(photo: Path, mask: Callable[..., str]) -> None:
    painting = allaprima.paint(photo, opaque=True, focus=mask(0, 0, 255), max_size=0.1, grayscale=True, **SMALL)
    assert (across(painting) > 0.5).sum() > 45 and widths(painting).max() <= 0.1 + 1e-5
    assert (np.ptp(painting.render(), axis=2) == 0).all()


# ---- bad values

BAD: list[tuple[dict[str, Any], str]] = [
    ({"min_size": 0.05, "max_size": 0.02}, "max_size is 0.02 and min_size 0.05: choose a max_size of at least that"),
    ({"max_size": 0.001}, "max_size is 0.001: on a canvas of 64 px choose at least 0.00781"),
    ({"max_size": 1.5}, "max_size is 1.5: choose 0 to 1"),
    ({"min_size": 0.6}, "min_size is 0.6: choose 0 to 0.5"),
    ({"min_size": "0.1"}, "min_size is '0.1': it must be a number"),
    ({"min_size": 10**400}, "min_size is too large: choose 0 to 0.5"),
    ({"palette": "0"}, "palette is 0: choose 1 to 256 colours"),
    ({"palette": "9" * 5000}, "palette is 99999999999999999999: choose 1 to 256 colours"),
    ({"palette": "missing.gpl"}, "palette is 'missing.gpl': give a number of colours, a .gpl, a file"),
    ({"palette": "#12,#334455"}, "palette is '#12,#334455': give a number of colours"),
    ({"palette": " "}, "palette is '': give a number of colours"),
    ({"palette": "FOLDER"}, "the palette FOLDER is no file: give a .gpl"),
    ({"palette": "damaged.gpl"}, "damaged.gpl is damaged: line 3 begins with no three numbers of 0 to 255"),
    ({"palette": "damaged.txt"}, "damaged.txt is damaged: line 2 has 'red', not like #b7a994"),
    ({"palette": "empty.gpl"}, "empty.gpl has 0 colours: choose 1 to 256"),
    ({"focus": "black.png"}, "black.png is black all over: make it bright where detail is wanted"),
    ({"focus": "missing.png"}, "focus: there is no"),
    ({"focus": "damaged.gpl"}, "damaged.gpl is no picture that can be read"),
    ({"style": "missing.png"}, "style: there is no"),
    ({"style": "sha256:00112233445566778899"}, "style is known by its sha256:001122334455 only: give its file"),
    ({"style_weight": -1}, "style_weight is -1: choose 0 to 100"),
    ({"style_weight": math.nan}, "style_weight is nan: it must be a number"),
    ({"background": "#12"}, "background is '#12': a colour must look like #b7a994"),
    ({"background": "missing.png"}, "background: there is no"),
    ({"brush": "oil,dry_brush"}, "brush is 'oil,dry_brush': give each of several brushes a share above 0"),
    ({"brush": "oil:0,dry_brush:1"}, "brush is 'oil:0,dry_brush:1': give each of several brushes a share above 0"),
    ({"brush": "oil:1,oil:2"}, "brush is 'oil:1,oil:2': oil is named twice"),
    ({"brush": "oil:1,mop:1"}, "there is no brush mop: choose from calligraphy, chalk"),
    ({"loss": "x"}, "loss is 'x': choose from pixel, features, both"),
    ({"features": "x"}, "features is 'x': choose from pocket, vgg16, vgg16_bn"),
    ({"loss": "features", "size": 16}, "a network cannot see a canvas of 16x11 px, each side needs 16 px"),
    ({"opaque": "yes"}, "opaque is 'yes': it must be true or false"),
    ({"connected": 1}, "connected is 1: it must be true or false"),
    ({"focus": np.zeros((3, 3))}, "it must be text"),
    ({"add": 5}, "strokes are added to a painting: give the one to resume"),
]


@pytest.mark.parametrize(("changes", "told"), BAD, ids=[str(changes)[:40] for changes, _ in BAD])
def test_bad_values(
    photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("FOLDER").mkdir()
    Image.new("RGB", (20, 20)).save("black.png")
    Path("damaged.gpl").write_text("GIMP Palette\n 1 2 3 ink\n256 0 0 red\n")
    Path("damaged.txt").write_text("#b7a994\nred\n")
    Path("empty.gpl").write_text("GIMP Palette\n")
    with pytest.raises(InputError) as error:
        allaprima.optimise(photo, **SMALL | changes)
    assert told in str(error.value) and "\n" not in str(error.value) and len(str(error.value)) < 200
