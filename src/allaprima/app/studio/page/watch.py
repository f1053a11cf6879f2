"""The third view: the painting grows; it can pause, go on, be stopped and kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import gradio as gr

from ....image.photo import read_photo
from ..easel import paint_into
from ..jobs import Job
from ..parts import HIDDEN, part, visible
from ..photos import SHOWN
from ..pictures import as_url, thumbnail
from ..visit import Visit
from ..works import Work
from .desk import Desk, Updates, aside, grown, told


class Watch:
    """Its components, and the one way in which anything is painted."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        with gr.Column(elem_id="view-watch"):
            self.easel = part("easel", elem_id="easel")
            with gr.Row(elem_classes="buttons"):
                self.pause = gr.Button("Pause", elem_id="pause")
                self.go_on = gr.Button("Go on", variant="primary", visible=HIDDEN, elem_id="go-on")
                self.stop = gr.Button("Stop and keep", elem_id="stop")

    async def paint(
        self, visit: Visit, work: Work, photo: Path, back: str, finish: Callable[[], Updates], **how: object
    ) -> AsyncIterator[Updates]:
        """Paint, and show it; in the end what ``finish`` makes of the page. If it could not be begun, ``back`` to the
        view before, and no painting is left.
        """
        lights, before = self.desk.studio.lights, visit.work

        def work_on(job: Job) -> None:
            paint_into(job, work, photo, lights, **how)  # type: ignore[arg-type]

        seen = await aside(lambda: as_url(thumbnail(read_photo(photo, most=SHOWN).image, SHOWN)))
        job = visit.begin(work_on, painting=True)
        visit.work = work
        running = {self.pause: visible(True), self.go_on: visible(False)}
        yield {self.easel: grown(job.news, "", seen), **running, **self.desk.show("watch")}
        try:
            with told():
                async for news in job.follow():
                    yield {self.easel: grown(news, f"The painting so far: {news.text}", seen)}
        except gr.Error:
            if not work.states:
                work.remove()
                visit.work = before
            yield self.desk.show(back)
            raise
        if visit.job is not job:  # something else was begun in its place
            return
        if not work.states:  # it was stopped before there was anything
            work.remove()
            visit.work = before
            yield self.desk.show(back)
            return
        yield {**await aside(finish), **self.desk.show("finished")}

    def on_pause(self, request: gr.Request) -> Updates:
        return self._paused(True, request)

    def on_go_on(self, request: gr.Request) -> Updates:
        return self._paused(False, request)

    def _paused(self, paused: bool, request: gr.Request) -> Updates:
        if job := self.desk.visit(request).job:
            job.pause(paused)
        return {self.pause: visible(not paused), self.go_on: visible(paused)}

    def on_stop(self, request: gr.Request) -> None:
        self.desk.visit(request).stop()
