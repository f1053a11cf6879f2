"""Files with layers: what lies on which, and that painting programs see the picture that was painted."""

import io
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from psd_tools import PSDImage
from psd_tools.constants import Resource

import allaprima
from allaprima import InputError, Painting
from allaprima.export import photoshop
from allaprima.export.export import Export
from allaprima.export.layers import groups
from allaprima.export.picture import srgb
from allaprima.export.write import write_all
from allaprima.painting import BrushRef
from allaprima.rendering import Background, Rendering

from .conftest import PLAIN, made, placed

MOST = 2  # of 255: how far the layers over one another may be from the picture
MYPAINT = Path("/usr/lib/mypaint")
FLATTEN = """
import sys
sys.path.insert(0, sys.argv[1])
import lib.document, lib.eotf
for path in sys.argv[2:]:
    document = lib.document.Document()
    # as gui/compatibility.py does when a person opens the file
    document.load_ora(path, compat_handler=lambda mark, stack: lib.eotf.set_eotf(float(mark or 2.2)))
    layers = document.layer_stack
    layers.render_layer_to_png_file(layers, path + ".png", bbox=document.get_frame(), alpha=False)
    print("|".join(layer.name for layer in layers))
"""


def leveled(count: int = 30, levels: int = 3) -> Painting:
    painting = made(count)
    level = torch.arange(count) * levels // max(1, count)
    return replace(painting, strokes=painting.strokes.change(level=level))


def mixed() -> Painting:
    painting = made(24)
    brush = (torch.arange(24) >= 12).long()
    brushes = tuple(BrushRef.of(allaprima.load_brush(name)) for name in ("oil", "dry_brush"))
    return replace(painting, strokes=painting.strokes.change(brush=brush), brushes=brushes)


def on_ground() -> Painting:
    noise = np.random.default_rng(0).integers(0, 256, (18, 24, 3), np.uint8)
    return replace(leveled(20, 2), background=Background("#b7a994", noise))


def opaque() -> Painting:
    painting = leveled(20, 2)
    return replace(painting, settings=painting.settings.change(opaque=True))


def outside() -> Painting:
    painting = leveled(2, 2)
    return replace(painting, strokes=painting.strokes.change(window_x=torch.tensor([20.0, 500.0])))


LEVELS = ["background", "level 1 (coarse)", "level 2 (fine)"]
THREE = ["background", "level 1 (coarse)", "level 2", "level 3 (fine)"]
CASES: dict[str, tuple[Painting, dict[str, Any], list[str]]] = {
    "levels": (leveled(), {}, THREE),
    "brushes": (mixed(), {"layers": "brush"}, ["background", "oil", "dry_brush"]),
    "groups": (
        leveled(10),
        {"layers": "3"},
        ["background", "strokes 1 to 3", "strokes 4 to 7", "strokes 8 to 10"],
    ),
    "each": (leveled(30), {"layers": "1000"}, ["background", *(f"stroke {one + 1}" for one in range(30))]),
    "ground": (on_ground(), {}, LEVELS),
    "opaque": (opaque(), {}, LEVELS),
    "outside": (outside(), {}, LEVELS),
    "no strokes": (made(0), {}, ["background"]),
    "no strokes, groups": (made(0), {"layers": "5"}, ["background"]),
    "one stroke": (made(1), {"layers": "brush"}, ["background", "dry_brush"]),
    "one level": (made(12), {}, ["background", "level 1"]),
    "margins": (leveled(), {"print": "5x4cm", "dpi": 60}, THREE),
    "cropped": (leveled(), {"print": "5x3cm", "dpi": 60, "fit": "crop"}, THREE),
}


def inside(path: Path, name: str) -> NDArray[np.uint8]:
    with ZipFile(path) as file, Image.open(io.BytesIO(file.read(name))) as picture:
        return np.asarray(picture)


def off(one: Any, other: Any) -> int:
    return int(np.abs(np.asarray(one)[..., :3].astype(int) - np.asarray(other)[..., :3]).max())


def flattened(paths: Sequence[Path]) -> list[tuple[list[str], NDArray[np.uint8]]]:
    """The names of the layers, bottom first, and the picture of each file, as MyPaint's own loader sees them."""
    if not (MYPAINT / "lib/document.py").exists():
        pytest.skip("the program MyPaint is not installed: apt install mypaint")
    told = subprocess.run(
        ["/usr/bin/python3", "-c", FLATTEN, MYPAINT, *paths], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    names = [line.split("|")[::-1] for line in told.stdout.splitlines()]
    return [(name, np.asarray(Image.open(f"{path}.png"))) for name, path in zip(names, paths, strict=True)]


def written(folder: Path, case: str, engine: str) -> tuple[Path, Path, NDArray[np.uint8]]:
    """The same painting as .ora, as .psd and as a picture, in one pass."""
    painting, options, _ = CASES[case]
    paths = [folder / f"{case}-{engine}{suffix}" for suffix in (".ora", ".psd", ".png")]
    write_all(painting, paths, Rendering(engine=engine), Export(**options))
    return paths[0], paths[1], np.asarray(Image.open(paths[2]))


@pytest.mark.parametrize("engine", ["neural", "mypaint"])
def test_mypaint_sees_the_picture(engine: str, tmp_path: Path) -> None:
    files = [written(tmp_path, case, engine) for case in CASES]
    for case, (path, _, picture), (names, seen) in zip(CASES, files, flattened([one[0] for one in files]), strict=True):
        assert seen.shape == picture.shape, case
        assert names == CASES[case][2], case
        assert off(seen, picture) <= MOST, (case, off(seen, picture))
        assert off(inside(path, "mergedimage.png"), picture) == 0, case


@pytest.mark.parametrize("engine", ["neural", "mypaint"])
@pytest.mark.parametrize("case", CASES)
def test_photoshop(case: str, engine: str, tmp_path: Path) -> None:
    """By psd-tools, which lays the layers over one another, and by Pillow, which reads the merged picture."""
    _, path, picture = written(tmp_path, case, engine)
    psd = PSDImage.open(path)
    assert [layer.name for layer in psd] == CASES[case][2]
    assert psd.size == picture.shape[1::-1]
    assert off(psd.composite(ignore_preview=True), picture) <= MOST
    with Image.open(path) as seen:
        assert seen.mode == "RGB" and off(seen, picture) == 0 and seen.info["icc_profile"] == srgb()
        assert len(seen.layers) == len(CASES[case][2])


def test_the_comparison_can_fail(tmp_path: Path) -> None:
    """A layer less is another picture."""
    _, path, picture = written(tmp_path, "levels", "neural")
    psd = PSDImage.open(path)
    psd[2].visible = False
    assert off(psd.composite(ignore_preview=True), picture) > 30


def test_openraster(tmp_path: Path) -> None:
    """What other programs look for, the least bytes, and no moment of writing."""
    path, _, picture = written(tmp_path, "outside", "neural")
    with ZipFile(path) as file:
        first, *others = file.infolist()
        assert first.filename == "mimetype" and first.compress_type == ZIP_STORED and not first.extra
        assert file.read("mimetype") == b"image/openraster"
        assert {one.date_time for one in [first, *others]} == {(1980, 1, 1, 0, 0, 0)}
        stack = file.read("stack.xml").decode()
    assert 'mypaint:eotf="1.0"' in stack and 'w="96"' in stack
    assert stack.index("level 2") < stack.index("level 1") < stack.index("background")
    assert inside(path, "data/layer000.png").shape == picture.shape
    painted = inside(path, "data/layer001.png")
    assert painted.shape[2] == 4 and painted.size < picture.size and painted[0, :, 3].any() and painted[:, -1, 3].any()
    assert inside(path, "data/layer002.png").tolist() == [[[0, 0, 0, 0]]]
    assert inside(path, "Thumbnails/thumbnail.png").shape == picture.shape


def test_thumbnail_and_resolution(tmp_path: Path) -> None:
    for suffix in (".ora", ".psd"):
        allaprima.write(made(3), tmp_path / f"a{suffix}", size=300, dpi=150)
    assert inside(tmp_path / "a.ora", "Thumbnails/thumbnail.png").shape == (192, 256, 3)
    with ZipFile(tmp_path / "a.ora") as file:
        assert 'xres="150" yres="150"' in file.read("stack.xml").decode()
    psd = PSDImage.open(tmp_path / "a.psd")
    assert psd.image_resources.get_data(Resource.RESOLUTION_INFO).horizontal == 150 << 16


def test_same_bytes_alone_and_together(tmp_path: Path) -> None:
    """Both take the same layers from one drawing; nothing of the moment, the folder or the name is in the files."""
    for suffix in (".ora", ".psd"):
        allaprima.write(leveled(), tmp_path / f"alone{suffix}")
    (tmp_path / "other").mkdir()
    *together, _ = written(tmp_path / "other", "levels", "neural")
    for path in together:
        assert (tmp_path / f"alone{path.suffix}").read_bytes() == path.read_bytes()


def test_layers_of_a_painting_from_a_photo(photo: Path, tmp_path: Path) -> None:
    painting = allaprima.paint(
        photo, strokes=40, size=96, quality="draft", **PLAIN | {"brush": "oil:0.5,dry_brush:0.5"}
    )
    allaprima.write(painting, tmp_path / "a.ora", layers="brush")
    ((names, seen),) = flattened([tmp_path / "a.ora"])
    assert names == ["background", "oil", "dry_brush"] and off(seen, painting.render()) <= MOST


def test_which_strokes_on_which_layer() -> None:
    painting = leveled(10, 3)
    assert [group.end for group in groups(painting, "level")] == [4, 7, 10]
    assert [group.end for group in groups(painting, "4")] == [2, 5, 8, 10]
    again = groups(painting + painting, "level")
    assert [group.end for group in again] == [4, 7, 10, 14, 17, 20] and again[0].name == again[3].name
    assert groups(painting[4:], "level")[0].name == "level 2 (coarse)"
    many = placed(1001, 96).change(brush=torch.arange(1001) % 2)
    with pytest.raises(InputError, match=r"layers is 'brush', which makes 1,001 of this painting: choose a number"):
        groups(replace(mixed(), strokes=many), "brush")


def test_any_name(tmp_path: Path) -> None:
    painting, brush = made(2), allaprima.load_brush("dry_brush")
    for name in ("кисть & <brush> \"'", "\0\x1b\ud800\n", "n" * 400, ""):
        odd = replace(painting, brushes=(replace(painting.brushes[0], name=name),))
        told = "".join(letter if letter.isprintable() else "?" for letter in name)
        for suffix in (".ora", ".psd"):
            allaprima.write(odd, tmp_path / f"a{suffix}", brushes=[brush], layers="brush", metadata=False)
        assert PSDImage.open(tmp_path / "a.psd")[1].name == told
        assert flattened([tmp_path / "a.ora"])[0][0][1] == told or not told


def test_too_large_for_photoshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"picture would have 30,001 px, and a .psd at most 30,000"):
        allaprima.write(made(1), tmp_path / "a.psd", size=30_001)
    monkeypatch.setattr(photoshop, "MOST", 1000)
    with pytest.raises(InputError, match=r"the \.psd would have .* GB, at most 2: choose a smaller size, or \.ora"):
        allaprima.write(made(1), tmp_path / "a.psd")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".ora", ".psd"])
def test_nothing_is_left_behind(suffix: str, tmp_path: Path) -> None:
    """While it is written there is the file aside and no other; stopped, or the disk full, there is none."""
    resource = pytest.importorskip("resource")
    path, painting = tmp_path / f"a{suffix}", leveled()
    path.write_text("old")

    def stop(share: float) -> None:
        aside = [one.name for one in tmp_path.iterdir() if one != path]
        assert len(aside) == 1 and aside[0].startswith(".allaprima-") and aside[0].endswith(suffix)
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_all(painting, [path], on_progress=stop)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            write_all(painting, [path])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [one.name for one in tmp_path.iterdir()] == [path.name] and path.read_text() == "old"


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".ora", ".psd"])
def test_krita_sees_the_picture(suffix: str, tmp_path: Path) -> None:
    """Its own command, on a screen that is not there: Krita insists on one."""
    if not (shutil.which("krita") and shutil.which("xvfb-run")):
        pytest.skip("Krita is not installed: apt install krita xvfb xauth")
    *paths, picture = written(tmp_path, "levels", "neural")
    path, seen = paths[suffix == ".psd"], tmp_path / "seen.png"
    command = ["xvfb-run", "-a", "krita", "--export", "--export-filename", seen, path]
    subprocess.run(command, env=os.environ | {"HOME": str(tmp_path)}, capture_output=True, check=True, timeout=200)
    assert off(Image.open(seen), picture) <= MOST
