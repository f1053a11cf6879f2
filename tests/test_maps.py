"""Pictures as maps: how high the paint lies, which way it faces, and its colours in no light."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import allaprima
from allaprima import InputError, Painting
from allaprima.app.cli import run
from allaprima.export.export import Export
from allaprima.export.write import write_all
from allaprima.rendering import Rendering
from allaprima.rendering.bristle_drawing import BristleDrawing

from .commands import QUICK, assert_one_line, listed
from .conftest import made

SIZE = 128
PICTURES = (".png", ".tif", ".tiff", ".jpg", ".jpeg", ".webp")
EXACT = PICTURES[:3]
FLAT: dict[str, Any] = {"relief": 0.0, "canvas": "none"}
NO_RELIEF = "has no relief: draw it with --engine real by a bristle brush"


@pytest.fixture(scope="module")
def drawing(oil: Painting) -> BristleDrawing:
    drawing = oil.drawing(Rendering(size=SIZE))
    assert isinstance(drawing, BristleDrawing)
    drawing.draw(0, len(oil))
    return drawing


@pytest.fixture(scope="module")
def maps(oil: Painting, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder of each kind of map, with every file that can hold it."""
    folders = {}
    for kind in ("height", "normal", "flat"):
        folder = folders[kind] = tmp_path_factory.mktemp(kind)
        paths = [folder / f"a{suffix}" for suffix in (EXACT if kind == "height" else PICTURES)]
        write_all(oil, paths, Rendering(size=SIZE), Export(map=kind))
    return folders


def told_by(path: Path) -> str:
    with Image.open(path) as image:
        return str(getattr(image, "text", {}).get("Description", "")) + str(image.getexif().get(270, ""))


@pytest.mark.parametrize("suffix", EXACT)
def test_height(suffix: str, maps: dict[str, Path], drawing: BristleDrawing) -> None:
    """16 bits, really, and what they mean is told."""
    path = maps["height"] / f"a{suffix}"
    with Image.open(path) as image:
        assert image.mode == "I;16" and "icc_profile" not in image.info
        seen = np.asarray(image)
    assert seen.dtype == np.uint16 and len(np.unique(seen)) > 1000
    assert seen.max() == 65_535 and seen.min() < 20_000
    heights = drawing.heights().numpy()
    found = re.search(r"height map: 0 is the bare canvas, 65535 is ([\d.]+) of 1/1600 of the .* side", told_by(path))
    assert found and float(found[1]) == pytest.approx(float(heights.max()), rel=1e-3)
    assert np.abs(seen * (heights.max() / 65_535) - heights).max() <= heights.max() / 65_535
    assert '"seed": 0' in told_by(path)


def test_height_in_mm(oil: Painting, drawing: BristleDrawing, tmp_path: Path) -> None:
    allaprima.write(oil, tmp_path / "a.png", size=SIZE, map="height", dpi=25.4)  # a px is a mm
    found = re.search(r"65535 is ([\d.]+) mm higher", told_by(tmp_path / "a.png"))
    assert found and float(found[1]) == pytest.approx(float(drawing.heights().max()) * SIZE / 1600, rel=1e-3)
    allaprima.write(oil, tmp_path / "b.png", size=SIZE, map="height", dpi=25.4, metadata=False)
    assert told_by(tmp_path / "b.png") == ""


def test_height_of_bare_canvas(oil: Painting, tmp_path: Path) -> None:
    """Cloth is not paint."""
    allaprima.write(oil[:0], tmp_path / "a.png", size=SIZE, map="height")
    assert (np.asarray(Image.open(tmp_path / "a.png")) == 0).all()


@pytest.mark.parametrize("suffix", PICTURES)
def test_normals(suffix: str, maps: dict[str, Path], drawing: BristleDrawing) -> None:
    """Unit vectors, as far as 8 bits can hold them (and as far as a file does that is not exact)."""
    with Image.open(maps["normal"] / f"a{suffix}") as image:
        assert image.mode == "RGB" and "icc_profile" not in image.info
        seen = np.asarray(image).astype(float)
    normals = seen / 127.5 - 1
    off = 3**0.5 / 255 if suffix in EXACT else 0.2
    assert np.abs(np.linalg.norm(normals, axis=2) - 1).max() <= off + 1e-6
    assert np.abs(normals - drawing.normals().permute(1, 2, 0).numpy()).max() <= (
        1.01 / 255 if suffix in EXACT else 0.3
    )
    assert (seen[..., 2] > 128).all() and "normal map: x to the right, y up" in told_by(maps["normal"] / f"a{suffix}")


def test_normals_face_up_and_right(oil: Painting, tmp_path: Path) -> None:
    """Where the paint falls to the right, red is bright; where it falls to the top, green is."""
    drawing = oil.drawing(Rendering(size=SIZE, canvas="none"))
    assert isinstance(drawing, BristleDrawing)
    rows, columns = np.mgrid[0 : len(drawing.height_map), 0 : drawing.height_map.shape[1]] / drawing.unit
    middle = columns.max() / 2, rows.max() / 2
    hill = 4 * np.exp(-((columns - middle[0]) ** 2 + (rows - middle[1]) ** 2) / (2 * 150**2))
    drawing.height_map.numpy()[:] = hill
    x, y, z = drawing.normals().numpy()
    height, width = x.shape
    assert x[height // 2, width * 2 // 3] > 0.001 > -0.001 > x[height // 2, width // 3]
    assert y[height // 3, width // 2] > 0.001 > -0.001 > y[height * 2 // 3, width // 2]
    assert (z > 0.9).all()


def test_flat(oil: Painting, maps: dict[str, Path], tmp_path: Path) -> None:
    """Bit for bit the picture in a light for which all is flat."""
    write_all(oil, [tmp_path / f"a{suffix}" for suffix in PICTURES], Rendering(size=SIZE, **FLAT))
    for suffix in PICTURES:
        assert (maps["flat"] / f"a{suffix}").read_bytes() == (tmp_path / f"a{suffix}").read_bytes()
    with Image.open(tmp_path / "a.png") as image:
        assert (np.asarray(image) != oil.render(SIZE)).any()


@pytest.mark.parametrize("engine", ["neural", "real"])
def test_flat_without_a_relief_is_the_picture(engine: str, tmp_path: Path) -> None:
    allaprima.write(made(6), tmp_path / "a.png", engine=engine, map="flat")
    assert (np.asarray(Image.open(tmp_path / "a.png")) == made(6).render(engine=engine)).all()


@pytest.mark.parametrize("fit", ["fit", "crop"])
def test_on_paper(fit: str, oil: Painting, tmp_path: Path) -> None:
    """Beside the painting there is bare canvas; the highest point is one that is seen."""
    seen: dict[str, NDArray[Any]] = {}
    for kind in ("height", "normal", "flat", ""):
        allaprima.write(oil, tmp_path / "a.png", print="5x5cm", dpi=60, fit=fit, map=kind)
        seen[kind] = np.asarray(Image.open(tmp_path / "a.png"))
        assert seen[kind].shape[:2] == (118, 118)
    assert seen["height"].max() == 65_535
    if fit == "fit":
        margin = (seen[""] == 255).all((1, 2))
        assert 30 < margin.sum() < 50
        assert (seen["height"][margin] == 0).all() and (seen["height"][~margin] > 0).any(1).all()
        assert (seen["normal"][margin] == [128, 128, 255]).all() and (seen["flat"][margin] == 255).all()


@pytest.mark.parametrize(
    ("names", "options", "told"),
    [
        (["a.jpg"], {"map": "height"}, r"map is 'height', of 16 bits, which no .jpg can hold: choose .png or .tif"),
        (["a.png", "a.webp"], {"map": "height"}, r"which no .webp can hold"),
        (["a.ora", "a.painting.json"], {"map": "normal"}, r"map is 'normal', and no file is a picture"),
        (["a.webp"], {"map": "flat", "film": True}, r"map is 'flat', and no file is a picture"),
        (["a.png"], {"map": "depth"}, r"map is 'depth': choose from height, normal, flat$"),
    ],
)
def test_refused_before_anything_is_drawn(
    names: list[str], options: dict[str, Any], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allaprima.export.write.run", None)
    with pytest.raises(InputError, match=told):
        write_all(made(2), [tmp_path / name for name in names], export=Export(**options))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["height", "normal"])
def test_no_relief(kind: str, oil: Painting, tmp_path: Path) -> None:
    for painting, engine in ((made(2), "auto"), (made(2), "real"), (oil, "neural")):
        with pytest.raises(InputError, match=f"map is '{kind}', and the picture {NO_RELIEF}"):
            allaprima.write(painting, tmp_path / "a.png", engine=engine, map=kind)
    assert not list(tmp_path.iterdir())


def test_told_before_long_work(
    inside: None, photo: Path, oil: Painting, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the commands, too, and no photo is painted first."""
    oil.save("oil.painting.json")
    monkeypatch.setattr("allaprima.app.batch.paint", None)
    again = ["--resume", "oil.painting.json", "--add", "2"]
    cases = [
        (["--brush", "dry_brush", "--map", "height"], NO_RELIEF),
        (["--engine", "neural", "--map", "normal"], NO_RELIEF),
        (["--engine", "neural", "--map", "normal", *again], NO_RELIEF),
        (["--map", "height", "-o", "a.jpg"], "which no .jpg can hold"),
        (["--map", "deep"], "map is 'deep': choose from height, normal, flat"),
    ]
    for options, told in cases:
        quick = [] if "--resume" in options else QUICK
        assert run(["paint", str(photo), *quick, *options]) == 2
        assert_one_line(capsys, told)
    assert run(["render", "oil.painting.json", "-o", "a.png", "--map", "height", "--engine", "neural"]) == 2
    assert_one_line(capsys, NO_RELIEF)
    assert run(["render", "missing.painting.json", "-o", "a.webp", "--map", "height"]) == 2
    assert_one_line(capsys, "which no .webp can hold")
    assert listed() == ["oil.painting.json"]


def test_the_command(inside: None, photo: Path) -> None:
    assert run(["paint", str(photo), *QUICK, "--map", "height", "-o", "a.png"]) == 0
    with Image.open("a.png") as image:
        assert image.mode == "I;16"
