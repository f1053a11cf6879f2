"""The studio's page in a browser: a photo becomes a painting before one's eyes, and more comes of it."""

import time
from collections.abc import Iterator

import pytest

from .conftest import ROOT
from .studio import Studio, Tab, browsing, opened, visiting

pytestmark = pytest.mark.xdist_group("studio page")
STROKES = 200
LARGER = "one => one.currentSrc.includes('/close-') && one.complete && one.naturalWidth"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with opened(tmp_path_factory.mktemp("page")) as studio:
        yield studio


@pytest.fixture(scope="module")
def painted(studio: Studio) -> Iterator[Tab]:
    """A page on which something was painted."""
    with browsing() as browser, visiting(browser, studio) as tab:
        tab.example()
        tab.few(STROKES)
        tab.paint()
        tab.finished()
        yield tab


@pytest.fixture
def tab(painted: Tab) -> Tab:
    """The same, that shows this painting, whatever was made of it since."""
    if painted.strokes != STROKES or not painted.page.locator("#view-finished").is_visible():
        painted.reload()
        painted.room("Gallery")
        painted.see("#works .card")
        painted.page.click("#works .card >> nth=-1")
        painted.until(lambda: painted.strokes == STROKES)
    return painted


def grows(tab: Tab, often: int) -> None:
    """Wait until the picture has changed so often."""
    growing, seen = tab.page.locator("#easel .canvas:not(.before) img"), set[str]()

    def enough() -> bool:
        assert not tab.page.locator("#facts").is_visible(), f"it is finished, and changed {len(seen) - 1} times"
        seen.update(one.get_attribute("src") or "" for one in growing.all())
        return len(seen) > often

    tab.until(enough)


def test_a_photo_grows_into_a_painting(tab: Tab, studio: Studio) -> None:
    """It can pause, and go on, be stopped, kept and gone on with."""
    page = tab.page
    page.click("#fresh")
    tab.bring(ROOT / "examples/chelsea.png")
    tab.see("#looks .card:not(.waiting)")  # sketches of it come
    page.fill("#strokes .exact", "2000")
    tab.care("normal")  # so that it takes long enough
    begun = time.monotonic()
    tab.paint()
    tab.see("#easel .canvas:not(.before) img")
    print(f"the first picture after {time.monotonic() - begun:.1f} s")
    page.press("#pause", "Enter")  # a click waits until nothing moves, and a busy machine is done by then
    tab.see("#easel .told:has-text('paused')")
    before = tab.source("#easel img")
    assert studio.idle() and tab.source("#easel img") == before
    page.click("#go-on")
    grows(tab, 5)
    page.click("#stop")
    tab.finished()
    assert "not finished, of 2,000" in page.inner_text("#facts") and tab.strokes > 0
    tab.room("Gallery")
    assert "not finished" in tab.see("#works .card").inner_text()  # the latest is the first
    assert "not finished" not in page.locator("#works .card").nth(1).inner_text()
    tab.room("Paint")
    page.click("#resume")
    page.locator("#view-finished").wait_for(state="hidden")
    tab.finished()
    tab.until(lambda: tab.strokes == 2000)
    assert "not finished" not in page.inner_text("#facts") and not page.locator("#resume").is_visible()


def test_light_moves_over_the_painting(tab: Tab) -> None:
    tab.room("Light")
    took = []
    for height in (70, 15, 40):
        before, begun = tab.source("#painting img.after"), time.monotonic()
        tab.page.get_by_label("range slider for How high").fill(str(height))
        tab.until(lambda before=before: tab.source("#painting img.after") != before)
        took.append(time.monotonic() - begun)
    tab.page.click("#own")  # its own again, and the sliders show it
    tab.until(lambda: "/seen-" in tab.source("#painting img.after"))
    tab.until(lambda: tab.page.get_by_label("range slider for How high").input_value() == "38")
    print("light took", *(f"{one:.2f}" for one in took), "s")


def test_strokes_are_added_over_a_place_and_taken_away_again(tab: Tab) -> None:
    page = tab.page
    tab.room("Add")
    tab.see("#place canvas")
    assert not page.locator("#painting").is_visible()  # the picture is painted over where it was looked at
    page.click("#add")
    assert "No place is marked" in tab.told()
    tab.drag("#place canvas", (0.3, 0.4), (0.6, 0.5))
    tab.fill("Strokes more", 50)
    page.click("#add")
    tab.until(lambda: tab.strokes == STROKES + 50)
    tab.see("#view-finished")
    assert page.locator("#room-add-tab").get_attribute("aria-selected") == "true"  # where more can be added
    page.click("#undo")
    tab.until(lambda: tab.strokes == STROKES)
    assert page.locator("#undo").is_disabled()


def test_a_slider_shows_the_photo_over_the_painting(tab: Tab) -> None:
    slider, photo = tab.page.locator("#painting input"), tab.page.locator("#painting .photo")
    assert not photo.is_visible()
    slider.fill("40")
    assert photo.is_visible() and photo.evaluate("one => one.style.clipPath") == "inset(0px 60% 0px 0px)"
    slider.press("Home")
    assert not photo.is_visible()
    tab.drag("#painting .pair", (0.1, 0.3), (0.75, 0.3))  # or over the picture itself
    assert slider.input_value() == "75" and not tab.page.locator("#painting dialog").is_visible()
    slider.press("Home")


def test_the_painting_is_looked_at_closely(tab: Tab) -> None:
    page, dialog = tab.page, tab.page.locator("#painting dialog")
    for opening in ("#painting .pair", "#painting .look"):
        page.click(opening)
        assert dialog.is_visible()
        assert tab.until(lambda: dialog.locator("img").evaluate(LARGER)) == 256
        page.keyboard.press("Escape")
        assert not dialog.is_visible()


def test_a_painting_gets_a_name(tab: Tab) -> None:
    page = tab.page
    tab.room("Save")
    name = page.locator("#name").locator("input, textarea")
    assert name.input_value() == "Chelsea"
    name.fill("  Cat <b>at</b> home ")
    page.keyboard.press("Tab")
    tab.until(lambda: page.inner_text("#facts h2") == "Cat <b>at</b> home, oil")
    tab.room("Gallery")
    tab.until(lambda: "Cat <b>at</b> home" in page.inner_text("#works"))
    tab.room("Paint")
    name.fill("Chelsea")
    page.keyboard.press("Enter")
    tab.until(lambda: page.inner_text("#facts h2") == "Chelsea, oil")


def test_a_film_shows_how_it_was_painted(tab: Tab) -> None:
    tab.room("Replay")
    tab.page.click("#replay")
    film = tab.see("#film video")
    tab.until(lambda: film.evaluate("one => one.currentTime > 0.2 && !one.paused && one.duration > 5"))
    tab.page.get_by_label("Speed of the film").select_option("twice")
    assert film.evaluate("one => one.playbackRate") == 2
    tab.room("Light")
    tab.until(lambda: film.evaluate("one => one.paused"))  # nobody sees it


def test_others_come_of_it(tab: Tab) -> None:
    """One like it, and variations, one of which is painted."""
    page = tab.page
    page.click("#like")
    tab.until(lambda: "version 1" in page.inner_text("#facts"))
    tab.finished()
    assert tab.strokes == STROKES
    tab.room("Vary")
    page.click("#vary")
    tab.see("#variations .card:not(.waiting) >> nth=1")
    shown = "document.querySelector('#view-finished #painting img.after')?.getAttribute('src') || ''"
    before = page.evaluate(shown)
    page.click("#variations .card >> nth=1")
    tab.until(lambda: page.evaluate(shown) not in ("", before))
    tab.room("Gallery")
    tab.see("#works .card >> nth=2")
    many = page.locator("#works .card").count()
    tab.room("Paint")
    page.click("#remove")  # and it is out of the gallery, until it is brought back
    tab.see("#thrown")
    assert page.locator("#works .card").count() == many - 1
    page.click("#back")
    tab.until(lambda: page.locator("#works .card").count() == many)
    assert not page.locator("#thrown").is_visible()
