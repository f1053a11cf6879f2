"""Take the pictures of the studio that docs/start/studio.md shows: a portrait is painted in a real browser, headless,
at the size of a screen and of a phone, by day and by lamplight. Needs chromium from Debian.

    python tools/studio.py [--into docs/images/studio] [--strokes 3500]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
SIZES = {"screen": (1280, 800), "phone": (390, 780)}
SCHEMES = ("light", "dark")
PHOTO, LOOK = "astronaut", "oil"
PATIENCE = 300_000  # ms
GAP, PHONE = 16, 900  # px between phones, and of the height that is shown of each
SHOTS = ("1-bring", "2-choose", "3-watch", "4-light", "5-save")


@contextmanager
def studio(folder: Path) -> Iterator[str]:
    """The address of a studio that keeps its works in a folder."""
    command = [sys.executable, "-m", "allaprima", "studio", "--no-open", "--port", "0", "--folder", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def shoot(page: Page, shot: str, into: Path) -> None:
    """What is there, on a screen and on a phone, by day and by lamplight."""
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            page.evaluate("dark => document.body.classList.toggle('dark', dark)", scheme == "dark")
            page.mouse.move(0, 0)
            page.wait_for_timeout(500)
            page.screenshot(path=into / f"{size}-{scheme}-{shot}.png", full_page=True)


def visit(page: Page, address: str, strokes: int, into: Path) -> None:
    """From a photo to a painting that is saved."""
    page.goto(address)
    page.wait_for_selector("#examples .card")
    shoot(page, SHOTS[0], into)
    page.click(f"#examples .card[data-key={PHOTO}]")
    page.wait_for_selector("#looks .card")
    page.wait_for_function("document.querySelectorAll('#looks .waiting').length === 0", timeout=PATIENCE)
    shoot(page, SHOTS[1], into)
    if strokes:
        page.click("#more button")
        page.locator("#strokes input[type=number]").first.fill(str(strokes))
        page.keyboard.press("Tab")
        page.wait_for_timeout(500)
    page.click(f"#looks .card[data-key={LOOK}]")
    page.wait_for_function(
        "Number(document.querySelector('#easel .bar')?.getAttribute('aria-valuenow')) >= 40", timeout=PATIENCE
    )
    page.click("#pause")
    shoot(page, SHOTS[2], into)
    page.click("#go-on")
    page.wait_for_selector("#painting img.after[src]", timeout=PATIENCE)
    shoot(page, SHOTS[3], into)
    page.locator("#painting input").fill("45")
    page.get_by_role("tab", name="Save").click()
    shoot(page, SHOTS[4], into)


def montage(pictures: list[Path], height: int) -> Image.Image:
    """Phones side by side, as much of each as fits the height."""
    images = [Image.open(path).convert("RGB") for path in pictures]
    images = [image.crop((0, 0, image.width, min(image.height, height))) for image in images]
    sheet = Image.new("RGB", (sum(one.width + GAP for one in images) + GAP, height + 2 * GAP), "#8f877a")
    left = GAP
    for image in images:
        sheet.paste(image, (left, GAP))
        left += image.width + GAP
    return sheet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, default=ROOT / "docs/images/studio")
    parser.add_argument("--strokes", type=int, default=0, help="of the painting; 0: as the look says")
    chosen = parser.parse_args()
    chosen.into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        raw = Path(place) / "raw"
        raw.mkdir()
        with studio(Path(place) / "studio") as address:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            visit(browser.new_page(), address, chosen.strokes, raw)
            browser.close()
        for scheme in SCHEMES:
            for shot in SHOTS:
                picture = Image.open(raw / f"screen-{scheme}-{shot}.png").convert("RGB")
                picture.save(chosen.into / f"{shot}-{scheme}.jpg", quality=85, optimize=True)
            phones = montage([raw / f"phone-{scheme}-{shot}.png" for shot in SHOTS], PHONE)
            phones.save(chosen.into / f"phone-{scheme}.jpg", quality=85, optimize=True)


if __name__ == "__main__":
    main()
