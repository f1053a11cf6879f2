"""Take away: files of a painting, each with a line about what it is for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from ..choices import check_among
from ..easel import write_file
from ..parts import HIDDEN, part, visible
from ..take_away import PAPER_NAMES, PICTURE, PRINT, THINGS, name_of, ordered
from ..works import LONGEST, Work
from .desk import Desk, Updates, aside, given, grown, measure, told
from .finished import Finished, facts, passing
from .numbers import slider

FITS = {"all of it": "fit", "to the edges": "crop"}
DPIS = (150, 200, 300, 600)
LEAST = 256  # px of the long side of a picture, where larger ones are allowed


class Take:
    """Its components."""

    def __init__(self, desk: Desk, finished: Finished) -> None:
        self.desk, self.finished = desk, finished
        self.kind = gr.State(PRINT)
        self.name = gr.Textbox(
            label="Name", info="What the painting, and the file, is called.", max_length=LONGEST, elem_id="name"
        )
        self.things = part("cards", _things(PRINT), elem_id="things")
        with gr.Row() as self.of_print:
            self.paper = gr.Dropdown(
                PAPER_NAMES, value="A4", label="Paper", info="Or type one, such as 30x40cm.", allow_custom_value=True
            )
            self.dpi = gr.Dropdown(list(DPIS), value=300, label="Dots per inch", info="300 is what printers want.")
            self.fit = gr.Dropdown(
                list(FITS.items()), value="fit", label="On the paper", info="Whole, or to its edges."
            )
        most = desk.studio.limits.size
        self.size = slider(
            min(LEAST, most // 2),
            most,
            min(2048, most),
            step=64,
            label="Long side in px",
            info="Drawn anew: it stays sharp.",
            visible=HIDDEN,
        )
        self.make = gr.Button("Make the file", variant="primary", elem_id="make")
        self.progress = part("easel", elem_id="making", visible=HIDDEN)
        self.ready = part("take", elem_id="ready")

    @property
    def outputs(self) -> list[Any]:
        return [self.ready, self.name]

    def nothing(self, work: Work) -> Updates:
        """There is no file of this painting yet."""
        return {self.ready: {}, self.name: work.about.title}

    def on_name(self, name: str, request: gr.Request) -> Updates:
        """It is called otherwise."""
        with told():
            work = self.desk.visit(request).the_work()
            work.rename(name or "")
            return {self.name: work.about.title, self.finished.facts: facts(work, work.load())}

    def on_thing(self, event: gr.EventData) -> Updates:
        with told():
            kind = check_among(given(event, "key", str), tuple(THINGS), "file of the kind")
            return {
                self.kind: kind,
                self.things: _things(kind),
                self.of_print: visible(kind == PRINT),
                self.size: visible(kind == PICTURE),
                self.ready: {},
            }

    async def on_make(
        self, kind: str, paper: str, dpi: int, fit: str, size: int, name: str, request: gr.Request
    ) -> AsyncIterator[Updates]:
        """Make a file, and hand it over."""
        visit = self.desk.visit(request)
        work = await aside(self.finished.settle, visit)
        painting = await aside(work.load)
        await aside(work.rename, name or "")
        with told():
            rendering, export = ordered(
                painting, kind, self.desk.studio.limits, paper, round(measure(dpi)), fit, round(measure(size))
            )
            path = visit.room / name_of(work.about, kind, paper)
            job = visit.begin(lambda job: write_file(job, painting, path, rendering, export))
            yield {self.progress: visible(True), self.make: gr.update(interactive=False), self.ready: {}}
            over = {self.progress: visible(False), self.make: gr.update(interactive=True)}
            try:
                async for news in job.follow():
                    yield {self.progress: grown(news, "")}
            except Exception:
                yield over
                raise
            yield over
            if path.exists():
                megabytes = path.stat().st_size / 1e6
                yield {self.ready: {"href": passing(path), "name": path.name, "text": f"Ready, {megabytes:.1f} MB:"}}


def _things(chosen: str) -> dict[str, Any]:
    cards = [{"key": kind, "name": thing.title, "about": thing.good} for kind, thing in THINGS.items()]
    return {"cards": cards, "chosen": chosen}
