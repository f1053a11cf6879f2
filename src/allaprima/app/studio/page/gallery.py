"""The gallery: all that was made here, and painting files from elsewhere."""

from __future__ import annotations

from dataclasses import replace
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
from .bring import Bring
from .desk import Desk, Updates, given, told
from .finished import address

NEAR = 3  # of the latest paintings those that are not finished are shown where a photo is brought


class Gallery:
    """Its components."""

    def __init__(self, desk: Desk, after: After, bring: Bring) -> None:
        self.desk, self.after, self.begun = desk, after, bring.begun
        with gr.Column(elem_id="view-gallery"):
            gr.HTML(
                "<h2>Gallery</h2><p>All that you painted; it stays on this computer. Press one to go on with it.</p>"
            )
            self.works = part("cards", elem_id="works")
            self.empty = gr.HTML("<p>There is nothing yet: paint something first.</p>")
            with gr.Accordion("Open a painting file", open=False):
                self.file = part(
                    "drop", elem_id="open", mark="file", accept=".json", what="Drop a .painting.json here",
                    hint="One that was taken away from here, or painted by the command line", pasted=False,
                )  # fmt: skip
            with gr.Accordion("Throw something away", open=False):
                gr.HTML(
                    "<p>The painting that you looked at last goes, with all its states. Nothing brings it back.</p>"
                )
                self.remove = gr.Button("Throw it away", variant="stop", elem_id="remove")

    @property
    def outputs(self) -> list[Any]:
        return [self.works, self.empty, self.begun]

    def show(self, visit: Visit) -> Updates:
        works = visit.visitor.works.all()
        begun = [_card(work, "Go on: ") for work in works[:NEAR] if not work.about.whole]
        return {
            self.works: {"cards": list(map(_card, works))},
            self.begun: {"cards": begun},
            self.empty: gr.update(visible=not works),
        }

    def on_look(self, request: gr.Request) -> Updates:
        with told():
            return self.show(self.desk.visit(request))

    def on_pick(self, event: gr.EventData, request: gr.Request) -> Updates:
        """A work is taken out."""
        with told():
            visit = self.desk.visit(request)
            return self._open(visit, visit.visitor.works.find(given(event, "key", str)))

    def on_file(self, event: gr.EventData, request: gr.Request) -> Updates:
        """A painting file becomes a work."""
        with told():
            visit = self.desk.visit(request)
            sent = self.desk.received(given(event, "path", str), request)
            try:
                if not is_painting(sent):
                    sent = sent.rename(painting_beside(sent))
                painting = Painting.load(sent)
                settings, limits = painting.settings, self.desk.studio.limits
                limits.check(max(len(painting), settings.strokes), max(painting.size, settings.size))
                title = sent.name.removesuffix(".painting.json")
                work = visit.visitor.works.new(title, painting.photo.sha256 if painting.photo else "")
                try:
                    painting.save(work.next)
                    work.tell(replace(work.about, whole=painting.unfinished is None))
                    show(work, self.desk.studio.lights)
                except Exception:
                    work.remove()
                    raise
            except InputError as error:
                raise InputError(str(error).replace(str(sent), sent.name)) from None
            finally:
                sent.unlink(missing_ok=True)
            return self._open(visit, work)

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


def _card(work: Work, before: str = "") -> dict[str, Any]:
    about = work.about
    small = work.beside("small.jpg")
    src = address(work, "small") if small.exists() else ""
    told = about.look if about.whole else f"{about.look}, not finished"
    return {"key": work.name, "name": before + (about.title or "a painting"), "about": told, "src": src}
