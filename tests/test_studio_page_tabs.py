"""The studio's page in a browser: two at once, one that is closed or read anew, and a studio that is killed."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .studio import Studio, Tab, browsing, opened, visiting

pytestmark = pytest.mark.xdist_group("studio tabs")
MANY = 20_000  # strokes: nobody waits until they are there


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tabs")


@pytest.fixture(scope="module")
def studio(folder: Path) -> Iterator[Studio]:
    with opened(folder) as studio:
        yield studio


def begin(tab: Tab, strokes: int = MANY) -> None:
    """Let it paint until there is something to see."""
    tab.example()
    tab.few(strokes)
    tab.care("normal")
    tab.paint()
    tab.see("#easel .canvas:not(.before) img")


def test_one_paints_after_the_other(studio: Studio) -> None:
    with browsing() as browser, visiting(browser, studio) as one, visiting(browser, studio) as other:
        begin(one)
        other.example()
        other.few(100)
        other.paint()
        other.see("#easel .told:has-text('1 painting is before yours')")
        assert other.page.locator("#easel .canvas.before").count()
        one.page.click("#stop")
        one.finished()
        other.finished()
        assert other.strokes == 100


def test_who_reads_the_page_anew_finds_the_painting(studio: Studio) -> None:
    """And nothing is computed any more, neither then nor when a page is closed."""
    with browsing() as browser, visiting(browser, studio) as tab:
        begin(tab)
        begun = time.monotonic()
        tab.reload()
        assert studio.idle(), "it goes on, though nobody looks"
        print(f"at rest {time.monotonic() - begun:.1f} s after the page was read anew")
        tab.reload()
        assert "Go on: Chelsea" in tab.see("#begun .card").inner_text()
        tab.room("Gallery")
        assert "not finished" in tab.see("#works .card").inner_text()
        tab.page.click("#works .card")
        tab.finished()
        assert "not finished" in tab.page.inner_text("#facts")
        tab.page.click("#resume")
        tab.see("#easel .canvas:not(.before) img")
    begun = time.monotonic()
    assert studio.idle(), "it goes on, though the page was closed"
    print(f"at rest {time.monotonic() - begun:.1f} s after the page was closed")


def test_a_studio_that_was_killed_finds_what_was_painted(studio: Studio, folder: Path) -> None:
    """Whoever has its link is at home there."""
    link = studio.link
    with browsing() as browser:
        context = browser.new_context()
        tab = Tab(context, studio).enter()
        begin(tab)
        studio.kill()
        context.close()
        with opened(folder) as again:
            assert again.key == link.rsplit("/", 1)[1]
            with visiting(browser, again) as tab:
                assert "Go on: Chelsea" in tab.see("#begun .card").inner_text()
                tab.page.click("#begun .card")
                tab.finished()
                assert "not finished" in tab.page.inner_text("#facts")
                assert tab.page.locator("#resume").is_visible()
