"""A few colours to paint with: found, named, read, or refused; and greys."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import allaprima
from allaprima import InputError, Painting, Settings
from allaprima.image.color import oklab_to_srgb, srgb_to_oklab
from allaprima.image.palette import Palette, nearest, read_palette
from allaprima.image.planes import in_planes
from allaprima.painters.bounds import StrokeBounds
from allaprima.painters.constraints import Constraints
from allaprima.painters.parameters import StrokeParameters

from .conftest import PLAIN, placed

SMALL: dict[str, Any] = {**PLAIN, "strokes": 60, "size": 64, "quality": "draft"}


def colors(painting: Painting) -> list[str]:
    """The colours there are, as ``#rrggbb``; each must be one of 256 levels of red, green and blue."""
    levels = painting.strokes.color * 255
    assert (levels - levels.round()).abs().max() < 1e-3
    return ["#" + bytes(color).hex() for color in levels.round().int().unique(dim=0).tolist()]


# ---- colours


@given(st.integers(0, 10_000))
def test_strokes_under_way_have_the_very_colours(seed: int) -> None:
    """To the last bit: a painting file rounds, and half a level may round either way."""
    palette = torch.from_numpy(np.random.default_rng(seed).integers(0, 256, (9, 3))).float() / 255
    level = StrokeParameters.from_strokes(placed(50, 64, seed), StrokeBounds.of(Settings(**SMALL)))
    found = Constraints(palette).strokes([level]).color
    assert {tuple(color) for color in found.tolist()} <= {tuple(color) for color in palette.tolist()}
    found.sum().backward()
    assert (level.unbounded["color_r"].grad != 0).all()


@pytest.mark.parametrize("count", [1, 5, 256])
def test_a_palette_found_in_the_photo(photo: Path, count: int) -> None:
    painting = allaprima.paint(photo, palette=str(count), **SMALL)
    assert min(count, 3) <= len(colors(painting)) <= count
    assert count > 1 or painting.background.color in colors(painting)


def test_a_palette_of_named_colors(photo: Path, tmp_path: Path) -> None:
    named = ["#1a0f08", "#8a6a50", "#d9c2a7"]
    gimp, lines = tmp_path / "cat.gpl", tmp_path / "cat.txt"
    gimp.write_text(
        "GIMP Palette\r\nName: cat\r\nColumns: 0\r\n#\r\n 26  15   8\tdark\r\n138 106 80\r\n217 194 167\r\n"
    )
    lines.write_text("\ufeff#1A0F08 dark\n\n#8a6a50\n#d9c2a7\n#d9c2a7\n", encoding="utf-8")
    paintings = [allaprima.paint(photo, palette=palette, **SMALL) for palette in (", ".join(named), gimp, lines)]
    assert colors(paintings[0]) == named and paintings[0].background.color in named
    assert paintings[0].settings.palette == ",".join(named)
    assert paintings[0] == paintings[1] == paintings[2]


def test_colors_of_simple_pictures() -> None:
    flat, two = torch.full((3, 9, 9), 0.2), torch.tensor([0.0, 1.0]).expand(3, 4, 2)
    assert Palette(7).find(flat, 0).shape == (1, 3)
    assert (Palette(7).find(two, 0) - torch.tensor([[0.0] * 3, [1.0] * 3])).abs().max() < 0.02
    any_colors = torch.rand(50, 3, dtype=torch.float64)
    assert torch.allclose(oklab_to_srgb(srgb_to_oklab(any_colors)), any_colors, atol=1e-6)
    assert torch.equal(nearest(any_colors, any_colors), any_colors)


def test_planes_of_simple_pictures() -> None:
    """Grain goes, borders stay where they are, and there is no colour between."""
    black_white = torch.tensor([[0.0] * 3, [1.0] * 3])
    halves = torch.zeros(3, 40, 60)
    halves[:, :, 30:] = 1
    noisy = (halves * 0.6 + 0.2 + torch.randn(3, 40, 60) * 0.1).clamp(0, 1)
    noisy[:, 20, 10] = 1  # a speck
    planes = in_planes(noisy, black_white)
    assert torch.equal(planes, halves)
    assert torch.equal(in_planes(halves, black_white.flip(0)), halves)  # in whatever order


def test_planes_of_the_palette_are_painted(photo: Path) -> None:
    few = {"palette": "#1a0f08,#8a6a50,#d9c2a7", **SMALL}
    painting, shaded = (allaprima.paint(photo, planes=planes, **few) for planes in (True, False))
    assert not torch.equal(painting.strokes.color, shaded.strokes.color)
    assert painting.settings.planes and len(colors(painting)) == 3
    with pytest.raises(InputError, match="planes are of a palette's colours"):
        allaprima.paint(photo, planes=True, **SMALL)


def test_grayscale(photo: Path) -> None:
    painting = allaprima.paint(photo, grayscale=True, **SMALL)
    assert (painting.strokes.color == painting.strokes.color[:, :1]).all()
    assert (np.ptp(painting.render(), axis=2) == 0).all()
    limited = allaprima.paint(photo, grayscale=True, palette="4", **SMALL)
    assert 1 < len(colors(limited)) <= 4 and (np.ptp(limited.render(), axis=2) == 0).all()


FILES: dict[str, tuple[str | bytes, list[str]]] = {
    "latin1.gpl": ("GIMP Palette\nName: Grün\n#\n 12 34 56\tGrün\n".encode("latin-1"), ["#0c2238"]),
    "lospec.hex": ("2c2137\r\n764462\r\nEDB4A1", ["#2c2137", "#764462", "#edb4a1"]),
    "jasc.pal": ("JASC-PAL\r\n0100\r\n2\r\n0 0 0\r\n255 0 0 255\r\n", ["#000000", "#ff0000"]),
    "list.txt": ("#2c2137,#764462\n#010203; #040506 night, and day", ["#2c2137", "#764462", "#010203", "#040506"]),
    "paint.net.txt": (
        ";paint.net Palette File\r\n;Colors: 2\r\nFF2c2137\r\nFF764462\r\n",
        ["#2c2137", "#764462"],
    ),
    "remarks.txt": ("# my palette\n#\n#2c2137\n// and\n#764462\n", ["#2c2137", "#764462"]),
    "quotes.txt": ('"#2c2137"\n\'#764462\', "#fff"\n', ["#2c2137", "#764462", "#ffffff"]),
    "alpha.txt": ("#2c2137ff\n#abc\n", ["#2c2137", "#aabbcc"]),
    "utf16.gpl": ("GIMP Palette\nName: K\n#\n 12 34 56\tink\n".encode("utf-16"), ["#0c2238"]),
    "bare.txt": ("2c2137, 764462\n", ["#2c2137", "#764462"]),
}


@pytest.mark.parametrize("name", FILES)
def test_palettes_of_other_programs(name: str, tmp_path: Path) -> None:
    content, expected = FILES[name]
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert list(read_palette(str(tmp_path / name)).colors) == expected


def test_colors_by_their_names() -> None:
    assert read_palette("red, Navy,#FFF").colors == ("#ff0000", "#000080", "#ffffff")


@pytest.mark.parametrize("content", [b"\0\1\0\2\0\0", b"ASEF\0\1\0\0", b"RIFF\x20\1\1\1PAL data"])
def test_palettes_that_are_no_text(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.aco").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.aco is not text, as .*: save it as a \.gpl"):
        read_palette(str(tmp_path / "a.aco"))


def test_no_palettes(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"#010203\n" * 200_000)
    for text, told in (
        (tmp_path, "is no file"), ("/dev/zero", "is no file"),
        (tmp_path / "large", "1,600,000 bytes: at most 1,000,000"),
        ("", "palette is ''"), ("a\0", "a number of colours, a .gpl"), ("9" * 5000 + "a", "cannot be read"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=told):
            read_palette(str(text))


@pytest.mark.parametrize("line", ["² 0 0", "-1 2 3", "1 2", "1 2 3.5", "9" * 5000 + " 1 2", "#zz", "#010203,#0405"])
def test_damaged_palettes(tmp_path: Path, line: str) -> None:
    for name, head in (("a.gpl", "GIMP Palette\n1 2 3\n"), ("a.txt", "#010203\n")):
        (tmp_path / name).write_text(head + line + "\n", encoding="utf-8")
        if name == "a.txt" or not line.startswith("#"):  # in a .gpl that is a remark
            with pytest.raises(InputError, match="is damaged: line"):
                read_palette(str(tmp_path / name))
