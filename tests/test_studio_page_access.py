"""The studio's page in a browser: for who has no mouse, or no eyes for it, in the dark, and on a phone."""

import os
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from .studio import Studio, Tab, browsing, opened, visiting

pytestmark = pytest.mark.xdist_group("studio access")
GRAVE = ("serious", "critical")
UNNAMED = """() => [...document.querySelectorAll('button, a[href], input, select, textarea, [tabindex="0"]')]
  .filter((one) => one.offsetParent && !one.closest('[hidden]'))
  .filter((one) => !(one.getAttribute('aria-label') || one.textContent.trim() || one.labels?.length
    || one.getAttribute('aria-labelledby') || one.title))
  .map((one) => one.outerHTML.slice(0, 200))"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with opened(tmp_path_factory.mktemp("access")) as studio:
        yield studio


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


def faults(tab: Tab, view: str) -> list[str]:
    """Of a view: what axe finds, what has no name, and whether one must scroll sideways."""
    tab.page.wait_for_timeout(400)  # until nothing fades any more
    found = [f"{view}: {one} has no name" for one in tab.page.evaluate(UNNAMED)]
    if (wider := tab.page.evaluate(WIDER)) > 0:
        found.append(f"{view}: is {wider} px too wide")
    for one in Axe().run(tab.page).response["violations"]:
        if one["impact"] in GRAVE:
            found += [f"{view}: {one['id']} ({one['impact']}): {node['html'][:300]}" for node in one["nodes"]]
    return found


def unfold(tab: Tab) -> None:
    """Open all that is folded."""
    for folded in tab.page.locator("button[aria-expanded=false]:not([role=combobox])").locator("visible=true").all():
        folded.click()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_can_use_it(studio: Studio, browser: Browser, width: int, scheme: str) -> None:
    """Of every view nothing is wrong."""
    how = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, "reduced_motion": "reduce"}
    with visiting(browser, studio, **how) as tab:
        unfold(tab)
        found = faults(tab, "bring")
        tab.example("astronaut")
        tab.see("#photo figcaption")
        tab.few(3000)
        found += faults(tab, "choose")
        tab.paint()
        tab.see("#easel .canvas:not(.before) img")
        tab.page.click("#pause")
        found += faults(tab, "watch")
        tab.page.click("#stop")
        tab.finished()
        for room in ("Light", "Add", "Vary", "Replay", "Save"):
            tab.room(room)
            found += faults(tab, f"finished, {room}")
        tab.room("Gallery")
        tab.see("#works .card")
        unfold(tab)
        found += faults(tab, "gallery")
    assert not found, "\n".join(found)
