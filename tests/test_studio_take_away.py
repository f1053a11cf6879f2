"""What visitors of the studio take away: every kind of file, written and opened again."""

import time
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from allaprima import InputError, Painting, Rendering
from allaprima.app.studio.choices import Limits
from allaprima.app.studio.easel import write_file
from allaprima.app.studio.jobs import Job, Turns
from allaprima.app.studio.server import PLAIN
from allaprima.app.studio.take_away import FILM, PAPER_NAMES, PICTURE, PRINT, THINGS, name_of, ordered, real_or_auto
from allaprima.app.studio.works import About
from allaprima.export.export import Export
from allaprima.rendering.rendering import AUTO, REAL

SVG = "{http://www.w3.org/2000/svg}"
USUAL = Limits()


def written(painting: Painting, kind: str, folder: Path, **how: Any) -> Path:
    """As the studio writes it: in a job."""
    path = folder / name_of(About("a cat"), kind)
    rendering, export = ordered(painting, kind, USUAL, **how)
    shares = list[float]()

    def work(job: Job) -> None:
        write_file(job, painting, path, rendering, export)
        shares.append(job.news.share)

    job = Job(work, Turns()).start()
    job.join(60)
    assert job.error is None and shares[0] > 0.9
    assert [one.name for one in folder.iterdir()] == [path.name]
    return path


def test_print(oil: Painting, tmp_path: Path) -> None:
    path = written(oil, PRINT, tmp_path, paper="A6", dpi=100)
    assert path.name == "a cat.png"
    with Image.open(path) as picture:
        assert picture.format == "PNG" and sorted(picture.size) == [413, 583]
        assert picture.info["dpi"] == pytest.approx((100, 100), abs=0.1)


def test_print_on_paper_of_ones_own(oil: Painting, tmp_path: Path) -> None:
    with Image.open(written(oil, PRINT, tmp_path, paper="10x15cm", dpi=72, fit="crop")) as picture:
        assert sorted(picture.size) == [283, 425]


def test_picture(painting: Painting, tmp_path: Path) -> None:
    with Image.open(written(painting, PICTURE, tmp_path, size=300)) as picture:
        assert picture.size[0] == 300 and picture.mode == "RGB"
    (tmp_path / "a cat.png").unlink()
    with Image.open(written(painting, PICTURE, tmp_path)) as picture:
        assert picture.size == (painting.width, painting.height)


def test_height(oil: Painting, tmp_path: Path) -> None:
    path = written(oil, "height", tmp_path)
    assert path.name == "a cat-height.tif"
    with Image.open(path) as picture:
        heights = np.asarray(picture)
    assert heights.dtype == np.uint16 and heights.shape == (oil.height, oil.width) and np.ptp(heights) > 5000


def test_ora(painting: Painting, tmp_path: Path) -> None:
    with zipfile.ZipFile(written(painting, "ora", tmp_path)) as archive:
        assert archive.testzip() is None and archive.read("mimetype") == b"image/openraster"
        layers = list(ElementTree.fromstring(archive.read("stack.xml")).iter("layer"))
        assert len(layers) > 1
        for layer in layers:
            with archive.open(layer.attrib["src"]) as content:
                Image.open(content).load()


def test_psd(painting: Painting, tmp_path: Path) -> None:
    psd_tools = pytest.importorskip("psd_tools")
    psd = psd_tools.PSDImage.open(written(painting, "psd", tmp_path))
    assert psd.size == (painting.width, painting.height) and len(list(psd.descendants())) > 1


@pytest.mark.parametrize(("kind", "name"), [("outline", "a cat-outline.svg"), ("lines", "a cat-lines.svg")])
def test_svg(kind: str, name: str, painting: Painting, tmp_path: Path) -> None:
    path = written(painting, kind, tmp_path)
    drawing = ElementTree.parse(path).getroot()
    assert path.name == name and drawing.tag == f"{SVG}svg"
    assert sum(one.tag in (f"{SVG}path", f"{SVG}polyline") for one in drawing.iter()) >= len(painting)
    assert not [one for one in drawing.iter() if one.tag == f"{SVG}script"]


def test_film(painting: Painting, tmp_path: Path) -> None:
    av = pytest.importorskip("av")
    with av.open(str(written(painting, FILM, tmp_path))) as film:
        seconds = float(film.duration / av.time_base)
        assert len(film.streams.video) == 1 and seconds == pytest.approx(THINGS[FILM].options["seconds"], abs=0.2)
        assert sum(1 for _ in film.decode(video=0)) > 100


def test_painting_file(painting: Painting, tmp_path: Path) -> None:
    path = written(painting, "painting", tmp_path)
    assert path.name == "a cat.painting.json" and Painting.load(path) == painting


def test_stopped_nothing_is_left(oil: Painting, tmp_path: Path) -> None:
    rendering, export = ordered(oil, PICTURE, USUAL, size=2000)
    job = Job(lambda job: write_file(job, oil, tmp_path / "a.png", rendering, export), Turns()).start()
    while job.alive and not job.news.share:
        time.sleep(0.005)
    job.stop()
    begun = time.monotonic()
    job.join(30)
    assert time.monotonic() - begun < 10
    assert job.error is None and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("kind", "how", "told"), [
    ("virus", {}, "there is no file of the kind 'virus': choose from print, picture, height"),
    ("x" * 1000, {}, "there is no file of the kind"),
    (PICTURE, {"size": 1001}, "1,001 px are asked for: this studio makes at most 1,000"),
    (PICTURE, {"size": 10**9}, ""),
    (PICTURE, {"size": -5}, "size is -5"),
    (PRINT, {"paper": "A4", "dpi": 300}, "3,508 px are asked for: this studio makes at most 1,000"),
    (PRINT, {"paper": "9000x9000cm"}, ""),
    (PRINT, {"paper": "A4", "dpi": 10**9}, ""),
    (PRINT, {"paper": "A4", "dpi": -1}, ""),
    (PRINT, {"paper": "A4", "dpi": 0}, ""),
    (PRINT, {"paper": "/etc/passwd"}, ""),
    (PRINT, {"paper": ""}, "no paper is chosen"),
    (PRINT, {"paper": None}, "no paper is chosen"),
    (PRINT, {"paper": "A6", "dpi": 100, "fit": "stretch"}, "fit is 'stretch'"),
])  # fmt: skip
def test_what_is_refused(kind: str, how: dict[str, Any], told: str, painting: Painting) -> None:
    with pytest.raises(InputError) as caught:
        ordered(painting, kind, Limits(size=1000), **how)
    assert told in str(caught.value) and len(str(caught.value)) < 600


def test_more_strokes_than_are_allowed(painting: Painting) -> None:
    with pytest.raises(InputError, match="40 strokes are asked for: this studio paints at most 39"):
        ordered(painting, "painting", Limits(strokes=39))


def test_papers_are_known(painting: Painting) -> None:
    for paper in PAPER_NAMES:
        rendering, export = ordered(painting, PRINT, USUAL, paper, 72)
        assert isinstance(rendering, Rendering) and isinstance(export, Export) and export.paper()


def test_who_draws(painting: Painting) -> None:
    assert real_or_auto(painting) in (AUTO, REAL)


TITLES = {
    "my cat": "my cat", "貓 & Hund": "貓  Hund", "Ünïcode": "Ünïcode", "": "painting", "...": "painting",
    "../../etc/passwd": "etcpasswd", "a\0b\n\u2028c": "abc", 'a/b\\c:d*e?f"g<h>i|j': "abcdefghij",
    "\u202egnp.exe": "gnpexe", "-rf x": "-rf x", " .hidden ": "hidden", "\ud800a": "a", "x" * 500: "x" * 40,
    "漢" * 500: "漢" * 40, "\U00020000" * 80: "\U00020000" * 40,
}  # fmt: skip


@pytest.mark.parametrize("title", TITLES)
def test_names_are_plain(title: str, tmp_path: Path) -> None:
    for kind, thing in THINGS.items():
        name = name_of(About(title, look="oil"), kind, "A4")
        assert name.startswith(TITLES[title]) and name.endswith(thing.suffix)
        assert PLAIN.fullmatch(name) and len(name.encode()) <= 255  # what the server hands over, and a disk takes
        (tmp_path / name).touch()
    assert len(list(tmp_path.iterdir())) == len(THINGS)
