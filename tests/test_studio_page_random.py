"""The studio's page in a browser, at the hands of somebody who presses whatever there is."""

import os
import random
import time
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Error, Locator

from .conftest import ROOT
from .studio import PATIENCE, Tab, browsing, opened, visiting

pytestmark = pytest.mark.xdist_group("studio random")
SECONDS = float(os.environ.get("ALLAPRIMA_RANDOM_SECONDS", "1800"))
SEED = int(os.environ.get("ALLAPRIMA_RANDOM_SEED", "0"))
SETTLED = min(180.0, SECONDS / 3)  # seconds after which a studio has in memory what it needs
MOST = 200e6  # bytes that it may need more, later on
CONTROLS = "button, [role=tab], [role=option], input, select, canvas, .part, video"
WORDS = (
    "",
    "0",
    "-1",
    "3",
    "300",
    "99999999",
    "1e9",
    "red",
    "#c0ffee",
    "A4",
    "30x40cm",
    "../../etc/passwd",
    "<b>é</b>",
)
KEYS = ("Enter", "Space", "Escape", "Tab", "ArrowLeft", "ArrowDown", "Home", "End")


def try_one(tab: Tab, chance: random.Random, files: list[Path]) -> str:
    """Do something with one of the things that are seen; say what."""
    seen = tab.page.locator(CONTROLS).locator("visible=true")
    if not (count := seen.count()):
        return "nothing is seen"
    one = seen.nth(chance.randrange(count))
    name, kind, told = one.evaluate(
        "one => [one.tagName, one.type || '', one.id || one.dataset.key || one.className.slice?.(0, 40) || '']",
        timeout=1000,
    )
    what = f"{name.lower()} {kind} {told}"
    if kind == "file":
        one.set_input_files(chance.choice(files), timeout=1000)
    elif kind == "range":
        low, high = (float(one.get_attribute(side, timeout=1000) or 0) for side in ("min", "max"))
        one.fill(f"{chance.choice([low, high, chance.uniform(low, high)]):.3g}", timeout=1000)
    elif kind in ("number", "text"):
        typed(tab, one, chance)
    elif name == "SELECT":
        one.select_option(index=chance.randrange(3), timeout=1000)
    elif name == "CANVAS" or "part" in told:
        dragged(tab, one, chance)
    else:
        one.click(timeout=1000)
    return what


def typed(tab: Tab, one: Locator, chance: random.Random) -> None:
    one.click(timeout=1000)
    tab.page.keyboard.press("Control+A")
    tab.page.keyboard.type(chance.choice(WORDS))
    tab.page.keyboard.press(chance.choice(KEYS))


def dragged(tab: Tab, one: Locator, chance: random.Random) -> None:
    box = one.bounding_box(timeout=1000) or {"x": 0, "y": 0, "width": 0, "height": 0}
    for step in range(chance.randint(2, 5)):
        x, y = box["x"] + chance.random() * box["width"], box["y"] + chance.random() * box["height"]
        tab.page.mouse.move(x, y, steps=3)
        if not step:
            tab.page.mouse.down()
    tab.page.mouse.up()


def brought(folder: Path) -> list[Path]:
    """Photos, and what is none."""
    bad = {"a.png": Path(__file__).read_bytes(), "b.painting.json": b"{}", "c.jpg": b"", "d.svg": b"<svg/>"}
    for name, content in bad.items():
        (folder / name).write_bytes(content)
    good = [ROOT / "examples" / name for name in ("chelsea.png", "raccoon.jpg", "dandelions.jpg")]
    return [*good, *good, *(folder / name for name in bad)]


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 600)
def test_whatever_is_pressed_the_studio_stays(tmp_path: Path) -> None:
    """It lives, answers and keeps its memory; what is refused is told in a sentence, and nothing is unforeseen."""
    chance, files, done = random.Random(SEED), brought(tmp_path), list[str]()
    with opened(tmp_path, "--max-strokes", "300") as studio, browsing() as browser, visiting(browser, studio) as tab:
        process, begun, settled = psutil.Process(studio.process.pid), time.monotonic(), 0
        while (now := time.monotonic() - begun) < SECONDS:
            assert studio.process.poll() is None, f"the studio is gone after {done[-20:]}"
            try:
                done.append(try_one(tab, chance, files))
            except Error as error:  # what was seen may have gone meanwhile
                done.append(str(error).splitlines()[0])
                tab.page.keyboard.press("Escape")  # something may lie over it
            if chance.random() < 0.005:
                tab.reload()
            tab.page.wait_for_timeout(chance.choice([20, 100, 500]))
            if not settled and now > SETTLED:
                settled = process.memory_info().rss
        grown = process.memory_info().rss - settled
        print(f"{len(done)} things done; {settled / 1e6:.0f} MB, and {grown / 1e6:.0f} more in the end")
        assert grown < MOST
        tab.reload()
        tab.example()
        tab.see("#looks .card:not(.waiting)", 2 * PATIENCE)  # it still works
