"""Headless Chromium (Debian ``chromium``), as a second opinion on files that browsers open."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from PIL import Image

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--force-device-scale-factor=1",
)  # fmt: skip


def screenshot(shown: str | Path, width: int, height: int, tmp_path: Path, wait: int = 0) -> Image.Image:
    """What a window of ``width x height`` px shows of a file or an address, RGB, after ``wait`` milliseconds of the
    page's own time. Skips the test where there is no Chromium.
    """
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is missing: apt-get install chromium")
    address = shown if isinstance(shown, str) and "://" in shown else Path(shown).resolve().as_uri()
    folder = Path(tempfile.mkdtemp(dir=tmp_path))  # a profile for each run: two would wait for one another
    picture = folder / "screenshot.png"
    command = [program, *FLAGS, f"--user-data-dir={folder / 'profile'}", f"--screenshot={picture}"]
    command += [f"--window-size={width},{height}"] + ([f"--virtual-time-budget={wait}"] if wait else [])
    done = subprocess.run([*command, address], capture_output=True, text=True, timeout=120)
    assert picture.is_file(), f"no screenshot of {address}: {done.stderr}"
    with Image.open(picture) as image:
        return image.convert("RGB")
