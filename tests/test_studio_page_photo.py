"""The studio's page in a browser: what is done with a photo before it is painted, by mouse and by keyboard."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from .conftest import ROOT
from .studio import CAMERA, Studio, Tab, browsing, opened, visiting

pytestmark = pytest.mark.xdist_group("studio photo")


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with opened(tmp_path_factory.mktemp("photo")) as studio:
        yield studio


@pytest.fixture(scope="module")
def tab(studio: Studio) -> Iterator[Tab]:
    with browsing(*CAMERA) as browser, visiting(browser, studio, permissions=["camera"]) as tab:
        yield tab


@pytest.fixture(autouse=True)
def anew(tab: Tab) -> None:
    """Each begins with the first view."""
    tab.reload()


def size(tab: Tab) -> tuple[int, int]:
    """Of the photo that is shown."""
    found = tab.page.evaluate(
        "(({naturalWidth, naturalHeight}) => [naturalWidth, naturalHeight])(document.querySelector('#photo img'))"
    )
    return found[0], found[1]


def kept(studio: Studio, name: str) -> list[np.ndarray]:
    """The pictures that works were painted after, the latest last."""
    paths = sorted(studio.folder.glob(f"visitors/*/works/*/{name}"))
    return [np.asarray(Image.open(path).convert("L")) for path in paths]


def test_the_camera_takes_a_photo(tab: Tab) -> None:
    page = tab.page
    page.click("text=Take one with the camera")
    page.click("#camera .start")
    tab.until(lambda: page.locator("#camera video").evaluate("one => one.videoWidth > 0 && one.currentTime > 0"))
    page.evaluate("window.seen = document.querySelector('#camera video').srcObject")
    page.click("#camera .snap")
    tab.see("#looks .card")
    width, height = size(tab)
    assert width > height > 100
    assert not page.evaluate("window.seen.active")  # its light is off
    page.click("#other")
    page.click("#camera .start")
    tab.until(lambda: page.locator("#camera video").evaluate("one => one.videoWidth > 0"))
    page.evaluate("window.seen = document.querySelector('#camera video').srcObject")
    tab.example()
    tab.until(lambda: not page.evaluate("window.seen.active"))  # whatever comes instead


def test_faces_are_shown_and_the_photo_is_cut(tab: Tab) -> None:
    page = tab.page
    tab.example("astronaut")
    assert "1 face was found" in tab.see("#photo figcaption").inner_text()
    face = page.locator("#photo ellipse")
    where = [float(face.get_attribute(name)) for name in ("cx", "cy")]
    assert where == pytest.approx([0.43, 0.23], abs=0.1)
    whole = size(tab)
    page.click("text=Crop")
    tab.drag("#crop [data-corner=se]", (0.5, 0.5), (-10, -10))
    page.locator("#crop .part").focus()
    box = page.locator("#crop .part").bounding_box()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowLeft")
    other = page.locator("#crop .part").bounding_box()
    assert other["x"] > box["x"] and other["y"] > box["y"] and other["width"] < box["width"]
    page.click("#crop .cut")
    tab.until(lambda: size(tab) != whole)
    cut = size(tab)
    assert cut[0] < whole[0] and cut[1] < whole[1]
    page.get_by_label("Shape of the part").select_option("square")
    page.click("#crop .cut")
    tab.until(lambda: size(tab) != cut)
    assert size(tab)[0] == pytest.approx(size(tab)[1], abs=2)
    page.click("#uncut")
    tab.until(lambda: size(tab) == whole)
    page.locator("#uncut").wait_for(state="hidden")


def test_what_is_painted_over_matters(tab: Tab, studio: Studio) -> None:
    """More by the mouse, less by the keyboard, wiped by clear."""
    page = tab.page
    tab.example("coffee")
    page.click("text=Where it matters")
    tab.drag("#wishes canvas", (0.1, 0.1), (0.3, 0.1))
    tab.see("#wishes [data-kind=more][aria-checked=true]").focus()
    page.keyboard.press("ArrowRight")
    tab.see("#wishes [data-kind=less][aria-checked=true]")
    page.locator("#wishes canvas").focus()
    for key in [*["ArrowRight"] * 10, *["ArrowDown"] * 15, "Space"]:
        page.keyboard.press(key)
    tab.until(lambda: "What you painted over the photo" in page.inner_text("#chosen"))
    tab.few(50)
    tab.paint()
    tab.finished()
    (focus,) = kept(studio, "focus")
    height, width = focus.shape
    more, less = focus[height // 10, width // 5], focus[int(0.8 * height), int(0.7 * width)]
    assert more == 255 and less == 30
    page.click("#look")
    tab.see("#looks .card")
    painted = "one => one.getContext('2d').getImageData(0, 0, one.width, one.height).data.some((value) => value)"
    tab.until(lambda: page.locator("#wishes canvas").evaluate(painted))  # it still holds, and is still seen
    page.click("#wishes .clear")
    tab.paint()
    tab.finished()
    assert len(kept(studio, "focus")) == 1


def test_what_was_chosen_is_told_and_forgotten(tab: Tab) -> None:
    page = tab.page
    tab.example("coffee")
    assert not page.locator("#chosen").is_visible()
    page.click("#more button")
    page.click("#brushes .card[data-key=filbert]")
    page.fill("#strokes .exact", "50")
    page.locator("#max_size .along").fill("200")
    tab.until(lambda: "brush filbert, 50 strokes, at most 50 % wide" in page.inner_text("#chosen"))
    page.click("#strokes .reset")
    tab.until(lambda: "brush filbert, at most 50 % wide" in page.inner_text("#chosen"))
    page.locator("#strokes .along").fill("1")
    tab.until(lambda: "brush filbert, 20 strokes," in page.inner_text("#chosen"))
    page.click("#forget")
    page.locator("#chosen").wait_for(state="hidden")
    assert page.input_value("#strokes .exact") == "" == page.input_value("#max_size .exact")
    tab.see("#brushes .card[data-key='as the look says'][aria-pressed=true]")


def test_another_photo_lends_its_manner(tab: Tab, studio: Studio, tmp_path: Path) -> None:
    page = tab.page
    tab.example("rocket")
    tab.few(50)
    page.set_input_files("#style input", str(ROOT / "examples/dandelions.jpg"))
    assert "dandelions" in tab.see("#styled .card").inner_text()
    tab.paint()
    tab.finished()
    assert len(kept(studio, "style")) == 1
