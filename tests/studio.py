"""A studio that is open, and a browser to visit it with, for the tests of its page."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, sync_playwright

from . import chromium

PATIENCE = 150  # seconds: machines are busy, and a first painting waits for what is compiled
OFTEN = 0.02
LEFT = ("error: AbortError", "error: Unexpected error")
"""What Gradio's client complains of while its page is left."""
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
LIMITS = ("--max-size", "256")


class Studio:
    """``allaprima studio`` in a process of its own, with a ``folder``: it is open, and ``link`` leads in."""

    def __init__(self, folder: Path, log: Path, options: tuple[str, ...] = LIMITS) -> None:
        self.folder, self._log, self.killed = folder, log, False
        command = [sys.executable, "-m", "allaprima", "studio", "--no-open", "--port", "0", "--folder", str(folder)]
        environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "400"}
        with log.open("w") as errors:
            self.process = subprocess.Popen(
                [*command, *options], stdout=subprocess.PIPE, stderr=errors, text=True, env=environment
            )
        assert self.process.stdout is not None
        self.link = self.process.stdout.readline().strip()
        assert self.link, f"the studio did not open: {log.read_text()}"
        self.address = self.link.split("enter/")[0]

    @property
    def key(self) -> str:
        """What the link ends with."""
        return self.link.rsplit("/", 1)[1]

    @property
    def complaints(self) -> list[str]:
        """What it told on stderr besides that it is open, and closed, and that something takes long at first."""
        lines = self._log.read_text().splitlines()
        usual = ("allaprima: the studio is ", "allaprima: compiling for this machine")
        return [line for line in lines if line.strip() and not line.startswith(usual)]

    def seconds(self) -> float:
        """Of computing, so far."""
        used = psutil.Process(self.process.pid).cpu_times()
        return float(used.user + used.system)

    def idle(self, within: float = 10) -> bool:
        """Whether it comes to rest: for half a second nothing is computed."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            before = self.seconds()
            time.sleep(0.5)
            if self.seconds() - before < 0.1:
                return True
        return False

    def close(self) -> None:
        """As Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        self._gone()

    def kill(self) -> None:
        self.process.kill()
        self.killed = True
        self._gone()

    def _gone(self) -> None:
        self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextmanager
def opened(folder: Path, *options: str) -> Iterator[Studio]:
    """A studio with its files in a folder; in the end it must have had nothing to complain of."""
    studio = Studio(folder / "studio", folder / "log", (*LIMITS, *options))
    try:
        yield studio
        assert studio.killed or studio.process.poll() is None, f"the studio is gone: {studio.complaints}"
    finally:
        if studio.process.poll() is None:
            studio.close()
    assert not studio.complaints, "\n".join(studio.complaints)


@contextmanager
def browsing(*flags: str) -> Iterator[Browser]:
    """Chromium, driven from here. Skips the test where there is none."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is missing: apt-get install chromium")
    usual = [flag for flag in chromium.FLAGS if flag != "--headless"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*usual, *flags])
        yield browser
        browser.close()


class Tab:
    """A page of the studio in a browser, that has come by its ``link``; ``strange`` is all that it must not do: asking
    others than the studio for something, errors and warnings.
    """

    def __init__(self, context: BrowserContext, studio: Studio) -> None:
        self.studio, self.page, self.strange = studio, context.new_page(), list[str]()
        self.page.set_default_timeout(1000 * PATIENCE)
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("response", lambda answer: self._answered(answer.status, answer.url))
        self.page.on("console", self._told)
        self.page.on("pageerror", lambda error: self.strange.append(f"error: {error}"))

    def _asked(self, address: str) -> None:
        if not address.startswith((self.studio.address, "data:", "blob:")):
            self.strange.append(f"asked for {address}")

    def _answered(self, status: int, address: str) -> None:
        if status >= 400:
            self.strange.append(f"{status} from {address}")

    def _told(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.strange.append(f"{message.type}: {message.text}")

    def enter(self) -> "Tab":
        self.page.goto(self.studio.link)
        self.see("#examples .card")
        return self

    def reload(self) -> "Tab":
        """Read the page anew."""
        known = len(self.strange)
        self.page.reload()
        self.see("#examples .card")
        self.strange[known:] = [one for one in self.strange[known:] if not one.startswith(LEFT)]
        return self

    # ---- what is seen

    def see(self, selector: str, seconds: float = PATIENCE) -> Any:
        """Wait until it is seen."""
        found = self.page.locator(selector).first
        found.wait_for(state="visible", timeout=1000 * seconds)
        return found

    def until(self, there: Callable[[], Any], seconds: float = PATIENCE) -> Any:
        """What is there, as soon as it is something."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := there():
                return found
            self.page.wait_for_timeout(1000 * OFTEN)  # meanwhile the page goes on
        raise AssertionError(f"nothing for {seconds} s")

    def source(self, selector: str) -> str:
        """Where the picture there comes from."""
        return self.page.locator(selector).first.get_attribute("src") or ""

    def told(self, seconds: float = PATIENCE) -> str:
        """The sentence in which something is refused; then it is put away."""
        text = self.see(".toast-body.error", seconds).inner_text()
        self.page.locator(".toast-close").first.click()
        self.page.locator(".toast-body.error").first.wait_for(state="detached")
        return str(text)

    @property
    def strokes(self) -> int:
        """How many the facts below the finished painting tell."""
        found = re.search(r"([\d,]+) strokes?", self.page.locator("#facts p").inner_text())
        return int(found[1].replace(",", "")) if found else 0

    # ---- what is done

    def bring(self, photo: Path) -> None:
        self.page.set_input_files("#drop input", str(photo))

    def example(self, name: str = "chelsea") -> None:
        self.page.click(f"#examples .card[data-key={name}]")
        self.see("#looks .card")

    def few(self, strokes: int = 200) -> None:
        """Set how many strokes, and that they are to be drafted, among what is folded."""
        self.page.click("#more button")
        self.page.fill("#strokes .exact", str(strokes))
        self.care("quick")

    def care(self, quality: str) -> None:
        self.page.locator("#quality").get_by_label(quality, exact=True).check()

    def fill(self, name: str, number: float) -> None:
        """Type a number beside a slider."""
        self.page.get_by_label(f"number input for {name}", exact=True).fill(str(number))
        self.page.keyboard.press("Tab")

    def drag(self, selector: str, start: tuple[float, float], end: tuple[float, float]) -> None:
        """By the mouse, from one place to another, in shares of what is there."""
        where = self.see(selector)
        where.scroll_into_view_if_needed()
        box = where.bounding_box()
        at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
        self.page.mouse.move(*at[0])
        self.page.mouse.down()
        self.page.mouse.move(*at[1], steps=5)
        self.page.mouse.up()

    def paint(self, look: str = "oil") -> None:
        self.page.click(f"#looks .card[data-key={look}]")
        self.page.locator("#view-choose").wait_for(state="hidden")

    def finished(self, seconds: float = PATIENCE) -> None:
        """Wait until a painting is."""
        self.see("#view-finished", seconds)
        self.see("#painting img.after[src]")

    def room(self, name: str) -> None:
        """Turn to a tab."""
        self.page.get_by_role("tab", name=name, exact=True).click()


@contextmanager
def visiting(browser: Browser, studio: Studio, **how: Any) -> Iterator[Tab]:
    """A page of a studio in a browser of its own; in the end it must have done nothing strange."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **how})
    tab = Tab(context, studio)
    try:
        yield tab.enter()
        assert not tab.strange, "\n".join(tab.strange)
    except BaseException:
        print(tab.page.locator("body").inner_text(), *tab.strange, sep="\n")
        raise
    finally:
        context.close()
