"""Files: pictures and what they are marked with, paper, one pass for all, and nothing lost."""

import io
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

import allaprima
from allaprima import InputError, Painting
from allaprima.export.export import Export
from allaprima.export.formats import FORMATS, PICTURE, SUFFIXES, suffix_of
from allaprima.export.write import run, write_all
from allaprima.image.encode import options_for
from allaprima.rendering import Rendering
from allaprima.rendering.neural_drawing import NeuralDrawing
from allaprima.version import VERSION

from .conftest import Golden, made

PICTURES = [suffix for one in FORMATS if one.kind == PICTURE for suffix in one.suffixes]
LOSSY = {".jpg": 12, ".jpeg": 12, ".webp": 24}  # of 255: the most that a pixel of a small painting may be off


@pytest.mark.parametrize("suffix", PICTURES)
def test_pictures(suffix: str, painting: Painting, tmp_path: Path) -> None:
    """The pixels, the colour profile, the resolution and what is told; the same bytes each time."""
    path = tmp_path / f"a{suffix}"
    allaprima.write(painting, path, size=120, dpi=300, title="Chelsea")
    first = path.read_bytes()
    allaprima.write(painting, path, size=120, dpi=300, title="Chelsea")
    assert path.read_bytes() == first
    with Image.open(path) as picture:
        picture.load()
        assert picture.format == options_for(suffix)["format"] and picture.mode == "RGB"
        off = np.abs(np.asarray(picture).astype(int) - painting.render(120))
        assert off.max() <= LOSSY.get(suffix, 0), off.max()
        profile = ImageCms.ImageCmsProfile(io.BytesIO(picture.info["icc_profile"]))
        assert "sRGB" in ImageCms.getProfileDescription(profile)
        exif, text = picture.getexif(), getattr(picture, "text", {})
        told = text.get("Title", "") + text.get("Description", "") + str(exif.get(270, ""))
        assert "Chelsea" in told and '"seed": 0' in told and '"brush": "dry_brush"' in told
        assert "allaprima" in text.get("Software", "") + str(exif.get(305, ""))
        dpi = picture.info.get("dpi", (exif.get(282),))[0]
        assert float(dpi) == pytest.approx(300, abs=0.01)


@pytest.mark.parametrize("suffix", PICTURES)
def test_titles_are_unicode(suffix: str, painting: Painting, tmp_path: Path) -> None:
    """As XMP, and in EXIF as UTF-8, which is what programs take it for that do not take it for ASCII."""
    path, title = tmp_path / f"a{suffix}", "Ünï 笔 <&> 🐈"
    allaprima.write(painting, path, title=title)
    with Image.open(path) as picture:
        if suffix == ".png":
            assert picture.text["Title"] == title  # type: ignore[attr-defined]
            return
        told = ET.fromstring(picture.info["xmp"])
        exif = str(picture.getexif()[270]).encode("latin-1").decode()
    texts = [one.text or "" for one in told.iter() if one.tag.endswith(("}li", "}CreatorTool"))]
    assert texts[0] == title and texts[1].startswith("settings: {") and texts[2] == f"allaprima {VERSION}"
    assert exif == f"{title}. {texts[1]}"


def test_titles_have_bounds(painting: Painting, tmp_path: Path) -> None:
    allaprima.write(painting, tmp_path / "a.jpg", title="🐈" * 1000)
    with pytest.raises(InputError, match="title has 1,001 signs: give at most 1,000"):
        allaprima.write(painting, tmp_path / "b.jpg", title="🐈" * 1001)
    assert [one.name for one in tmp_path.iterdir()] == ["a.jpg"]


@pytest.mark.parametrize("suffix", PICTURES)
def test_without_metadata(suffix: str, painting: Painting, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    allaprima.write(painting, path, metadata=False)
    assert b"allaprima" not in path.read_bytes() and b"seed" not in path.read_bytes()


def test_golden_picture(golden: Golden, painting: Painting, tmp_path: Path) -> None:
    allaprima.write(painting, tmp_path / "a.tif", print="6x6cm", dpi=50)
    golden.check("on-paper", np.asarray(Image.open(tmp_path / "a.tif")), tolerance=4)


@pytest.mark.parametrize(
    ("options", "size", "margin"),
    [
        ({"print": "30x40cm", "dpi": 20}, (315, 236), True),
        ({"print": "30x40cm", "dpi": 20, "fit": "crop"}, (315, 236), False),
        ({"print": "4 x 6 in", "dpi": 25}, (150, 100), False),
        ({"print": "100x100mm", "dpi": 25.4}, (100, 100), True),
    ],
)
def test_on_paper(
    options: dict[str, object], size: tuple[int, int], margin: bool, painting: Painting, tmp_path: Path
) -> None:
    """A landscape is printed on landscape paper, whole or cropped, never out of shape."""
    allaprima.write(painting, tmp_path / "a.png", **options)
    picture = np.asarray(Image.open(tmp_path / "a.png"))
    assert picture.shape == (size[1], size[0], 3)
    assert (picture[0] == 255).all() == margin
    rows = ~(picture == 255).all((1, 2))
    whole = painting.render(
        max(size) if options.get("fit") != "crop" else round(painting.size * size[1] / painting.height)
    )
    if margin:
        assert np.array_equal(picture[rows], whole)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"print": "large"}, "print is 'large': give width and height"),
        ({"print": "30x40m"}, "print is '30x40m'"),
        ({"print": "300x400in"}, "choose another size or --dpi"),
        ({"print": "0x10cm"}, "choose another size"),
        ({"print": "10x15cm", "size": 100}, "the size is asked for twice"),
        ({"dpi": -1}, "dpi is -1: choose 0 to 10,?000"),
        ({"dpi": 0.5}, "dpi is 0.5"),
        ({"fit": "squeeze"}, "fit is 'squeeze': choose from fit, crop"),
        ({"layers": "0"}, "layers is '0': choose level, brush, or a number from 1 to 1,000"),
        ({"layers": "many"}, "layers is 'many'"),
        ({"fps": 0}, "fps is 0: choose 1 to 120"),
        ({"seconds": 1e9}, "seconds is 1e\\+09: choose 0.1 to 3,?600"),
        ({"svg_style": "round"}, "svg_style is 'round'"),
        ({"colour": 1}, "there is no option 'colour': choose from size, engine, .*, light, .*, dpi, print, .*, film$"),
        ({"beside": True}, "needs the photo"),
    ],
)
def test_bad_options(options: dict[str, object], told: str, painting: Painting, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=told):
        allaprima.write(painting, tmp_path / "a.png", **options)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_one_pass_serves_all(painting: Painting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many files are written, every stroke is drawn once at their size; and each is as if it were alone."""
    drawn: list[int] = []
    draw = NeuralDrawing.composite

    def counted(self: NeuralDrawing, canvas: object, strokes: object, tell: object = None) -> None:
        if self.width == painting.width:  # for its colours a .gif looks at a smaller drawing first
            drawn.append(len(strokes))  # type: ignore[arg-type]
        draw(self, canvas, strokes, tell)  # type: ignore[arg-type]

    monkeypatch.setattr(NeuralDrawing, "composite", counted)
    names = ["a.png", "a.tif", "a.ora", "a.gif", "a.svg", "a.painting.json"]
    write_all(painting, [tmp_path / name for name in names], export=Export(seconds=1))
    assert sum(drawn) == len(painting)
    for name in names:
        alone = tmp_path / f"alone-{name}"
        allaprima.write(painting, alone, seconds=1)
        assert alone.read_bytes() == (tmp_path / name).read_bytes(), name


@pytest.mark.parametrize(
    ("names", "options", "width"),
    [
        (["a.gif"], {}, 1280),
        (["a.gif", "a.webp", "a.painting.json", "a.csv"], {"film": True}, 1280),
        (["a.gif", "a.webp"], {}, 1920),
        (["a.gif", "a.svg"], {}, 1920),
        (["a.csv"], {}, 1920),
        (["a.gif"], {"size": 1600}, 1600),
        (["a.gif"], {"print": "20x20cm", "dpi": 200}, 1575),
    ],
)
def test_films_alone_are_not_too_large(
    names: list[str], options: dict[str, Any], width: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless somebody says so, or something else is drawn that is as large as the canvas."""
    drawn: list[int] = []
    monkeypatch.setattr("allaprima.export.write.run", lambda job, *_: drawn.append(job.width))
    rendering = Rendering(size=options.pop("size", None))
    write_all(made(0).scaled(20), [tmp_path / name for name in names], rendering, Export(**options))
    assert drawn == [width]
    write_all(made(0), [tmp_path / name for name in names], export=Export(film=options.get("film", False)))
    assert drawn[1:] == [96]


def test_nothing_is_left_when_writing_fails(
    painting: Painting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file of a command is renamed into its place when all are whole: old ones stay as they were."""
    names = [f"a{suffix}" for suffix in SUFFIXES]
    for name in names:
        (tmp_path / name).write_bytes(b"precious")

    def full(*_: object, **__: object) -> None:
        run(*_, **__)  # type: ignore[arg-type]
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("allaprima.export.write.run", full)
    for name in names:
        with pytest.raises(OSError, match="No space"):
            allaprima.write(painting, tmp_path / name, seconds=0.5)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert all((tmp_path / name).read_bytes() == b"precious" for name in names)


def test_every_suffix_has_a_writer() -> None:
    for suffix in SUFFIXES:
        assert suffix_of(Path(f"A{suffix.upper()}")) == suffix
    with pytest.raises(InputError, match=r"the suffix of a.xyz is unknown: choose from .painting.json, .png"):
        suffix_of(Path("a.xyz"))
