"""Layers of paint that lies flat, and the light on it as two more, which a program can switch off."""

import io
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from psd_tools import PSDImage

import allaprima
from allaprima import Painting
from allaprima.export.export import Export
from allaprima.export.layers import relief
from allaprima.export.write import write_all
from allaprima.rendering import Rendering

from .conftest import made
from .test_layers import MOST, flattened, inside, off

Floats = NDArray[np.float64]
pytestmark = pytest.mark.xdist_group("relief layers")  # all look at the same files, half a minute's work
SIZE = 128
FLAT: dict[str, Any] = {"relief": 0.0, "canvas": "none"}
ON_TOP = ["shadow", "light"]
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {  # of the rendering, and of the files
    "levels": ({"size": SIZE, "relief": 1.0}, {}),
    "strong light": ({"size": SIZE, "relief": 1.0, "gloss": 1.0, "light": "3,15", "canvas": "linen:3"}, {}),
    "many layers": ({"size": SIZE, "relief": 1.0}, {"layers": "1000"}),
    "margins": ({"relief": 1.0}, {"print": "5x5cm", "dpi": 60}),
    "cropped": ({"relief": 1.0}, {"print": "5x5cm", "dpi": 60, "fit": "crop"}),
}


@pytest.fixture(scope="module")
def files(oil: Painting, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Of each case a folder with the painting as layers, as it is lit, and as it is not."""
    folders = {}
    for case, (light, options) in CASES.items():
        folder = folders[case] = tmp_path_factory.mktemp("relief")
        paths = [folder / f"a{suffix}" for suffix in (".ora", ".psd", ".png")]
        write_all(oil, paths, Rendering(**light), Export(**options))
        write_all(oil, [folder / "flat.png"], Rendering(**light | FLAT), Export(**options))
    return folders


def pictures(folder: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Lit, and not."""
    lit, flat = (np.asarray(Image.open(folder / name)) for name in ("a.png", "flat.png"))
    assert off(lit, flat) > 6  # else there is nothing to see
    return lit, flat


def blended(how: str, under: Floats, over: Floats) -> Floats:
    """By the plain formulas, 0 to 1."""
    return {"multiply": under * over, "screen": 1 - (1 - under) * (1 - over), "src-over": over}[how]


def laid(path: Path, switched_off: tuple[str, ...] = (), bits: int = 0) -> Floats:
    """What a program makes of an .ora, 0 to 255; of 8 ``bits``, if it rounds after each layer."""
    with ZipFile(path) as file:
        image = ElementTree.fromstring(file.read("stack.xml"))
        made = np.zeros((int(image.get("h", 0)), int(image.get("w", 0)), 3))
        for layer in reversed(image.findall("stack/layer")):
            if layer.get("name") in switched_off:
                continue
            with Image.open(io.BytesIO(file.read(layer.get("src", "")))) as opened:
                picture = opened.convert("RGBA")
            left, top = int(layer.get("x", 0)), int(layer.get("y", 0))
            sheet = Image.new("RGBA", (made.shape[1], made.shape[0]))
            sheet.paste(picture, (left, top))
            over = np.asarray(sheet) / 255
            how = layer.get("composite-op", "").removeprefix("svg:")
            made += over[..., 3:] * (blended(how, made, over[..., :3]) - made)
            made = made if not bits else (made * 255).round() / 255
    return made * 255


@pytest.mark.parametrize("case", CASES)
def test_openraster_by_the_plain_formulas(case: str, files: dict[str, Path]) -> None:
    lit, flat = pictures(files[case])
    path = files[case] / "a.ora"
    assert off(laid(path).round(), lit) <= MOST
    assert off(laid(path, ("shadow", "light")).round(), flat) <= MOST
    assert off(inside(path, "mergedimage.png"), lit) == 0
    if case != "many layers":  # rounding 60 times is a matter of the program
        assert off(laid(path, bits=8), lit) <= MOST
    for one in ON_TOP:
        assert off(laid(path, (one,)).round(), lit) > MOST


@pytest.mark.parametrize("case", CASES)
def test_photoshop_by_psd_tools(case: str, files: dict[str, Path]) -> None:
    lit, flat = pictures(files[case])
    psd = PSDImage.open(files[case] / "a.psd")
    names = [layer.name for layer in psd]
    assert names[-2:] == ON_TOP and not set(names[:-2]) & set(ON_TOP)
    assert [layer.blend_mode.name for layer in psd[-2:]] == ["MULTIPLY", "SCREEN"]
    assert off(psd.composite(ignore_preview=True), lit) <= MOST
    assert off(psd.topil(), lit) == 0
    for layer in psd[-2:]:
        layer.visible = False
    assert off(psd.composite(ignore_preview=True), flat) <= MOST


def test_mypaint_sees_it(files: dict[str, Path]) -> None:
    paths = [folder / "a.ora" for folder in files.values()]
    for folder, (names, seen) in zip(files.values(), flattened(paths), strict=True):
        assert names[-2:] == ON_TOP and off(seen, pictures(folder)[0]) <= MOST


def test_of_any_two_pictures() -> None:
    """Black and white, too, and what is darker below than it should be by 1."""
    under, lit = (values.astype(np.uint8) for values in np.mgrid[0:256, 0:256])
    one, other = np.stack([under] * 3, -1), np.stack([lit] * 3, -1)
    shadow, light = relief(one.astype(np.float32), other)
    assert ((shadow == 255) | (light == 0)).all()
    for error in (0, 1, -1):
        below = (one.astype(float) + error).clip(0, 255) / 255
        multiplied = (blended("multiply", below, shadow / 255) * 255).round() / 255
        seen = (blended("screen", multiplied, light / 255) * 255).round()
        assert np.abs(seen - other).max() <= abs(error)


def test_no_relief_no_layers(oil: Painting, tmp_path: Path) -> None:
    """In a light for which all is flat, and of brushes that lay no relief, files are what they were."""
    cases: list[tuple[Painting, dict[str, Any]]] = [
        (oil, FLAT), (oil, {"engine": "neural"}), (made(6), {}), (made(6), {"engine": "real"})
    ]  # fmt: skip
    for painting, light in cases:
        allaprima.write(painting, tmp_path / "a.psd", size=SIZE, **light)
        allaprima.write(painting, tmp_path / "a.png", size=SIZE, **light)
        psd = PSDImage.open(tmp_path / "a.psd")
        assert not {layer.name for layer in psd} & set(ON_TOP)
        assert off(psd.composite(ignore_preview=True), Image.open(tmp_path / "a.png")) <= MOST


def test_the_same_bytes(oil: Painting, files: dict[str, Path], tmp_path: Path) -> None:
    for suffix in (".ora", ".psd"):
        allaprima.write(oil, tmp_path / f"a{suffix}", **CASES["levels"][0])
        assert (tmp_path / f"a{suffix}").read_bytes() == (files["levels"] / f"a{suffix}").read_bytes()
    contents = [(folder / "a.ora").read_bytes() for folder in files.values()]
    assert all(one != other for one, other in combinations(contents, 2))
