"""The studio's page in a browser: for who has no mouse, or no eyes for it, in the dark, and on a phone."""

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
FOCUS_UNSEEN = """() => {
  const shows = (one) => getComputedStyle(one).outlineStyle !== 'none' || getComputedStyle(one).boxShadow !== 'none';
  const found = document.activeElement;
  if (found === document.body) return ''; // after the last one
  for (let one = found, up = 0; one && up < 4; one = one.parentElement, up++) if (shows(one)) return '';
  return found.outerHTML.slice(0, 200);
}"""
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
    """Of a view, on a desk and on a phone: what axe finds, what has no name, and whether one must scroll sideways."""
    found = [f"{view}: {one} has no name" for one in tab.page.evaluate(UNNAMED)]
    for width in (390, 1280):
        tab.page.set_viewport_size({"width": width, "height": 800})
        tab.page.wait_for_timeout(300)  # until nothing fades any more
        if (wider := tab.page.evaluate(WIDER)) > 0:
            found.append(f"{view}, {width} px: is {wider} px too wide")
        for one in Axe().run(tab.page).response["violations"]:
            if one["impact"] in GRAVE:
                found += [f"{view}, {width} px: {one['id']}: {node['html'][:300]}" for node in one["nodes"]]
    return found


def unfold(tab: Tab) -> None:
    """Open all that is folded."""
    folded = tab.page.locator(".fold[aria-expanded=false]").locator("visible=true")
    tab.until(folded.count)
    for _ in range(folded.count()):
        folded.first.click()
        tab.page.wait_for_timeout(100)
    assert not folded.count()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_can_use_it(studio: Studio, browser: Browser, scheme: str) -> None:
    """Of every view nothing is wrong."""
    with visiting(browser, studio, color_scheme=scheme, reduced_motion="reduce") as tab:
        unfold(tab)
        found = faults(tab, "bring")
        tab.example("astronaut")
        tab.see("#photo figcaption")
        tab.few(20_000)
        tab.care("normal")  # it is not finished before it is paused
        unfold(tab)
        found += faults(tab, "choose")
        tab.paint()
        tab.see("#easel .canvas:not(.before) img")
        tab.page.press("#pause", "Enter")  # a click waits until nothing moves, and a busy machine is done by then
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


def test_the_keyboard_is_enough(studio: Studio, browser: Browser) -> None:
    """From the top of the page on, by Tab and Enter or Space alone, to a painting and its light."""
    with visiting(browser, studio) as tab:
        step_to(tab, "#examples .card[data-key=coffee]")
        tab.page.keyboard.press("Enter")
        tab.see("#looks .card")
        step_to(tab, "#more button")
        tab.page.keyboard.press("Enter")
        step_to(tab, "#strokes input[type=number]")
        tab.page.keyboard.type("100")
        step_to(tab, "#looks .card[data-key=oil]")
        tab.page.keyboard.press("Space")
        tab.finished()
        tab.until(lambda: tab.page.evaluate("document.activeElement.tagName") == "H2")  # where the page went
        step_to(tab, "#after button[role=tab]")
        before = tab.source("#painting img.after")
        step_to(tab, "#room-light input[type=range]")
        tab.page.keyboard.press("ArrowLeft")
        tab.until(lambda: tab.source("#painting img.after") != before)
        assert tab.strokes == 100


def step_to(tab: Tab, selector: str) -> None:
    """Press Tab until it has the focus; at each step it can be seen what has."""
    for _ in range(120):
        tab.page.keyboard.press("Tab")
        assert not (hidden := tab.page.evaluate(FOCUS_UNSEEN)), f"{hidden} does not show that it has the focus"
        if tab.page.evaluate("(name) => document.activeElement.matches(name)", selector):
            return
    raise AssertionError(f"Tab does not lead to {selector}")
