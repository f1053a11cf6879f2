"""The studio's page in a browser: every kind of file is saved, opens, and what is no photo or painting is refused."""

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import av
import numpy as np
import psd_tools
import pytest
from PIL import Image

from allaprima import Painting

from .conftest import ROOT
from .studio import Studio, Tab, browsing, opened, visiting

pytestmark = pytest.mark.xdist_group("studio files")
STROKES = 100


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with opened(tmp_path_factory.mktemp("files")) as studio:
        yield studio


@pytest.fixture(scope="module")
def tab(studio: Studio) -> Iterator[Tab]:
    with browsing() as browser, visiting(browser, studio) as tab:
        yield tab


def taken(tab: Tab, kind: str, folder: Path) -> Path:
    """A file of a painting that is saved."""
    tab.page.click(f"#things .card[data-key={kind}]")
    tab.see(f"#things .card[data-key={kind}][aria-pressed=true]")
    with tab.page.expect_download() as download:
        tab.page.click("#make")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_every_file_is_saved_and_opens(tab: Tab, tmp_path: Path) -> None:
    page = tab.page
    tab.example()
    tab.few(STROKES)
    tab.paint()
    tab.finished()
    tab.room("Save")
    page.click("#make")
    assert "3,508 px are asked for: this studio makes at most 256" in tab.told()
    page.get_by_label("Paper", exact=True).locator("visible=true").fill("20x15mm")
    page.keyboard.press("Enter")
    with Image.open(taken(tab, "print", tmp_path)) as picture:
        assert picture.size == (236, 177) and np.allclose(picture.info["dpi"], 300, atol=0.1)
    with Image.open(taken(tab, "picture", tmp_path)) as picture:
        assert picture.size == (256, 170)
    with Image.open(taken(tab, "height", tmp_path)) as picture:
        assert picture.size == (256, 170) and np.ptp(np.asarray(picture)) > 0
    with zipfile.ZipFile(taken(tab, "ora", tmp_path)) as layers:
        assert layers.read("mimetype") == b"image/openraster" and "stack.xml" in layers.namelist()
    assert len(psd_tools.PSDImage.open(taken(tab, "psd", tmp_path))) > 1
    for kind in ("outline", "lines"):
        drawing = ElementTree.parse(taken(tab, kind, tmp_path)).getroot()
        assert drawing.tag.endswith("svg") and len(list(drawing.iter("{http://www.w3.org/2000/svg}path"))) >= STROKES
    with av.open(str(taken(tab, "film", tmp_path))) as film:
        assert sum(1 for _ in film.decode(video=0)) > 100
    painting = taken(tab, "painting", tmp_path)
    assert len(Painting.load(painting)) == STROKES and painting.name == "Chelsea-oil.painting.json"

    tab.room("Gallery")
    page.click("text=Open a painting file")
    damaged = tmp_path / "damaged.painting.json"
    damaged.write_text(painting.read_text()[:-2000])
    page.set_input_files("#open input", damaged)
    assert "damaged.painting.json" in tab.told()
    page.set_input_files("#open input", painting)
    tab.finished()
    assert tab.strokes == STROKES and page.locator("#painting .slide").is_visible()  # the photo is found
    tab.room("Gallery")
    tab.see("#works .card >> nth=1")
    assert page.locator("#works .card").count() == 2


def test_what_is_no_photo_is_refused(tab: Tab, tmp_path: Path) -> None:
    """In a sentence; and then a photo is taken nevertheless."""
    photo = (ROOT / "examples/chelsea.png").read_bytes()
    script = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'
    bad = {
        "program.png": Path(__file__).read_bytes(),
        "script.svg": script,
        "script.png": script,
        "half.png": photo[: len(photo) // 2],
        "nothing.jpg": b"",
        "painting.png": json.dumps({"format": "allaprima"}).encode(),
    }
    tab.reload()
    for name, content in bad.items():
        path = tmp_path / name
        path.write_bytes(content)
        tab.bring(path)
        assert re.search(r"The photo is (no picture that can be read|damaged|empty)", tab.told()), name
    path = tmp_path / "large.jpg"
    path.write_bytes(bytes(26_000_000))
    tab.bring(path)
    assert "large.jpg has 26 MB: at most 25 MB" in tab.see("#drop .trouble:not(:empty)").inner_text()
    tab.bring(ROOT / "examples/chelsea.png")
    tab.see("#looks .card")
    assert not tab.page.locator("#drop .trouble:not(:empty)").count()
