"""The gallery: all that was made here, and painting files from elsewhere."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ....errors import InputError
from ....export.formats import is_painting, painting_beside
from ....painting.painting import Painting
from ..easel import show
from ..parts import part
from ..visit import Visit
from ..works import Work
from .after import After
from .desk import SKIP, Desk, Updates, given, told
from .finished import address

LARGEST = 25_000_000  # bytes of a painting file


class Gallery:
    """Its components."""

    def __init__(self, desk: Desk, after: After) -> None:
        self.desk, self.after = desk, after
        with gr.Column(elem_id="view-gallery"):
            gr.HTML(
                "<h2>Gallery</h2><p>All that you painted; it stays on this computer. Press one to go on with it.</p>"
            )
            self.works = part("cards", elem_id="works")
            self.empty = gr.HTML("<p>There is nothing yet: paint something first.</p>")
            with gr.Accordion("Open a painting file", open=False):
                self.file = gr.File(
                    label="Drop a .painting.json here", file_types=[".json"], type="filepath", height=120
                )
            with gr.Accordion("Throw something away", open=False):
                gr.HTML(
                    "<p>The painting that you looked at last goes, with all its states. Nothing brings it back.</p>"
                )
                self.remove = gr.Button("Throw it away", variant="stop", elem_id="remove")

    @property
    def outputs(self) -> list[Any]:
        return [self.works, self.empty, self.file]

    def show(self, visit: Visit) -> Updates:
        cards = [_card(work) for work in visit.visitor.works.all()]
        return {self.works: {"cards": cards}, self.empty: gr.update(visible=not cards)}

    def on_look(self, request: gr.Request) -> Updates:
        with told():
            return self.show(self.desk.visit(request))

    def on_pick(self, event: gr.EventData, request: gr.Request) -> Updates:
        """A work is taken out."""
        with told():
            visit = self.desk.visit(request)
            return self._open(visit, visit.visitor.works.find(str(given(event, "key"))))

    def on_file(self, path: str | None, request: gr.Request) -> Updates:
        """A painting file becomes a work."""
        if path is None:
            return SKIP
        with told():
            visit, sent = self.desk.visit(request), self.desk.received(path, request)
            try:
                if not is_painting(sent):
                    sent = sent.rename(painting_beside(sent))
                painting = Painting.load(sent)
                self.desk.studio.limits.check(len(painting), painting.size)
                title = sent.name.removesuffix(".painting.json")
                work = visit.visitor.works.new(title, painting.photo.sha256 if painting.photo else "")
                try:
                    painting.save(work.next)
                    show(work, self.desk.studio.lights)
                except Exception:
                    work.remove()
                    raise
            except InputError as error:
                raise InputError(str(error).replace(str(sent), sent.name)) from None
            finally:
                sent.unlink(missing_ok=True)
            return {self.file: None, **self._open(visit, work)}

    def on_remove(self, request: gr.Request) -> Updates:
        with told():
            visit = self.desk.visit(request)
            visit.stop()
            visit.the_work().remove()
            visit.work = None
            return {**self.show(visit), **self.desk.show("choose" if visit.photo else "bring")}

    def _open(self, visit: Visit, work: Work) -> Updates:
        visit.stop()
        if not work.beside("seen.jpg").exists():
            show(work, self.desk.studio.lights)
        visit.work = work
        return {**self.after.show(visit), **self.desk.show("finished")}


def _card(work: Work) -> dict[str, Any]:
    about = work.about
    small = work.beside("small.jpg")
    src = address(work, "small") if small.exists() else ""
    return {"key": work.name, "name": about.title or "a painting", "about": about.look, "src": src}
