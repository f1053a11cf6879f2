"""The gallery: all that was made here, and painting files from elsewhere."""

from __future__ import annotations

import html
import time
from typing import Any

import gradio as gr

from ....errors import InputError
from ....export.formats import is_painting, painting_beside
from ....painting.painting import Painting
from ..easel import show
from ..parts import HIDDEN, folded, part, visible
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
            with gr.Row(elem_id="thrown"):
                gr.HTML("<p>It was thrown away. Until you close the page, it can be brought back.</p>")
                self.back = gr.Button("Bring it back", size="sm", visible=HIDDEN, elem_id="back")
            self.works = part("cards", elem_id="works", leads=True)
            self.empty = gr.HTML("<p>There is nothing yet: paint something first.</p>")
            with folded("Open a painting file"):
                self.file = part(
                    "drop", elem_id="open", mark="file", accept=".json", what="Drop a .painting.json here",
                    hint="One that was taken away from here, or painted by the command line", pasted=False,
                )  # fmt: skip

    @property
    def outputs(self) -> list[Any]:
        return [self.works, self.empty, self.begun, self.back]

    def show(self, visit: Visit) -> Updates:
        works = visit.visitor.works.all()
        begun = [_card(work, "Go on: ") for work in works[:NEAR] if not work.about.whole]
        return {
            self.works: {"cards": list(map(_card, works))},
            self.begun: {"cards": begun},
            self.empty: visible(not works),
            self.back: visible(bool(visit.thrown)),
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
                    work.note(painting)
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
            work = visit.the_work()
            visit.stop()
            work.throw()
            visit.work, visit.thrown = None, work.name
            return {**self.show(visit), **self.desk.show("choose" if visit.photo else "bring")}

    def on_back(self, request: gr.Request) -> Updates:
        with told():
            visit = self.desk.visit(request)
            name, visit.thrown = visit.thrown, ""
            visit.visitor.works.bring_back(name)
            return self.show(visit)

    def _open(self, visit: Visit, work: Work) -> Updates:
        if visit.job and visit.job.alive and visit.work and not visit.work.about.whole:
            gr.Info(
                html.escape(f"{visit.work.about.title or 'The painting'} is kept in the gallery as it is."), title=""
            )
        visit.stop()
        if not work.beside("seen.jpg").exists():
            show(work, self.desk.studio.lights)
        visit.work = work
        return {**self.after.show(visit), **self.desk.show("finished")}


def _card(work: Work, before: str = "") -> dict[str, Any]:
    about = work.about
    small = work.beside("small.jpg")
    src = address(work, "small") if small.exists() else ""
    day = time.strftime("%d %b %Y, %H:%M", time.localtime(about.begun)).lstrip("0")
    told = ", ".join(filter(None, [about.look, f"{about.strokes:,} strokes" if about.strokes else "", day]))
    told += "" if about.whole else ": not finished"
    return {"key": work.name, "name": before + (about.title or "a painting"), "about": told, "src": src}
