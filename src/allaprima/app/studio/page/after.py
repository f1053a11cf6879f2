"""What comes after a painting: more strokes, undo, another one like it, variations, a film of how it grew."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr
from PIL import Image

from ....errors import InputError
from ....export.export import Export
from ....rendering.rendering import Rendering
from ...contact_sheet import Proposal, small_photo, variations
from ..choices import again
from ..easel import write_file
from ..parts import HIDDEN, part, visible
from ..photos import SHOWN, save_mask
from ..pictures import AnyPicture, as_url, thumbnail
from ..visit import Visit
from ..works import PICTURES, Work
from .bring import Bring
from .desk import SKIP, Desk, Updates, aside, given, grown, measure, read_mask, told
from .finished import Finished, address
from .numbers import slider
from .sketches import sketches
from .take import Take
from .watch import Watch

MANY = 6  # variations
FILM, SECONDS = 720, 10.0  # px of the long side of the film on the page, and how long it is
ROOMS = [("room-light", "Light"), ("room-add", "Add"), ("room-vary", "Vary"), ("room-replay", "Replay"),
         ("room-save", "Save")]  # fmt: skip
LIGHT, ADD, VARY, REPLAY, SAVE = (room for room, _ in ROOMS)
USUAL_LOOK = "oil"
SPOT = 5  # hundredths of the picture, that a brush to paint over it is broad
FEW, STEP, MOST = 50, 50, 2000  # strokes that are added


class After:
    """Its components. Everything that is painted goes through ``watch``, and is shown by ``finished``."""

    take: Take

    def __init__(self, desk: Desk, bring: Bring, watch: Watch, finished: Finished) -> None:
        self.desk, self.bring, self.watch, self.finished = desk, bring, watch, finished

    def rooms(self) -> None:
        self.tabs = part("tabs", LIGHT, elem_id="after", rooms=ROOMS)

    def buttons(self) -> None:
        with gr.Row(elem_classes="buttons"):
            self.on = gr.Button("Go on painting", variant="primary", visible=HIDDEN, size="md", elem_id="resume")
            self.undo = gr.Button("Undo", interactive=False, size="md", elem_id="undo")
            self.like = gr.Button("Another one like this", size="md", elem_id="like")
            self.look = gr.Button("Another look", size="md", elem_id="look")
            self.fresh = gr.Button("Another photo", size="md", elem_id="fresh")
            self.remove = gr.Button("Throw away", size="md", elem_id="remove")

    def spot(self) -> None:
        """The picture to paint over, in place of the one to look at; which is seen is said by the tab, in the CSS."""
        self.place = part("over", elem_id="place")

    def more(self) -> None:
        gr.HTML("<p>Paint over a place in the picture, and it gets so many strokes more.</p>")
        self.count = slider(FEW, MOST, 200, step=STEP, label="Strokes more")
        self.add = gr.Button("Paint them", variant="primary", elem_id="add")

    def vary(self) -> None:
        gr.HTML(
            "<p>The same photo and look: more strokes or fewer, another light. Press one, and it is painted large.</p>"
        )
        self.propose = gr.Button("Show variations", elem_id="vary")
        self.proposals = part("cards", elem_id="variations", leads=True)

    def replay(self) -> None:
        gr.HTML("<p>How it was painted, from the first stroke to the last.</p>")
        self.film = gr.Button("Show it", elem_id="replay")
        self.filming = part("easel", elem_id="filming", visible=HIDDEN)
        self.shown = part("replay", elem_id="film")

    @property
    def outputs(self) -> list[Any]:
        own = [
            self.tabs,
            *self.take.outputs,
            self.on,
            self.undo,
            self.like,
            self.look,
            self.add,
            self.place,
            self.proposals,
            self.shown,
            self.filming,
        ]
        return [
            *own,
            self.watch.easel,
            self.watch.pause,
            self.watch.go_on,
            *self.finished.outputs,
            self.desk.view,
        ]

    def show(self, visit: Visit, room: str = LIGHT) -> Updates:
        """A work as it is now, and what can come after it, in one of the rooms."""
        work = visit.the_work()
        painting, photo = work.load(), visit.photo_of(work)
        whole = painting.unfinished is None
        return {
            **self.finished.show(visit),
            self.on: visible(not whole and photo is not None),
            self.undo: gr.update(interactive=len(work.states) > 1),
            self.like: visible(photo is not None),
            self.look: visible(photo is not None),
            self.add: gr.update(interactive=whole and photo is not None),
            self.place: _to_paint_over(Image.open(work.beside("seen.jpg"))),
            self.proposals: {"cards": []},
            self.shown: {},
            self.filming: visible(False),
            self.tabs: room,
            **self.take.nothing(work),
        }

    async def on_resume(self, request: gr.Request) -> AsyncIterator[Updates]:
        """Go on with a painting that was stopped."""
        visit = self.desk.visit(request)
        work = await aside(self.finished.settle, visit)
        with told():
            steps = self._paint(visit, work, {"changes": {}, "again": work.last})
        async for updates in steps:
            yield updates

    def on_undo(self, request: gr.Request) -> Updates:
        with told():
            visit = self.desk.visit(request)
            work = visit.the_work()
            work.undo()
            work.note(work.load())
            return self.show(visit)

    def on_turned(self, event: gr.EventData, request: gr.Request) -> Updates:
        """When strokes are to be added, the picture is painted over in the light in which it is looked at."""
        with told():
            visit = self.desk.visit(request)
            if given(event, "id", str) != ADD or visit.light is None:
                return SKIP
            picture = self.desk.studio.lights.look(visit.the_work().last, visit.light)
            if picture is None:
                return SKIP
            visit.place = None
            return {self.place: _to_paint_over(picture)}

    def on_place(self, event: gr.EventData, request: gr.Request) -> None:
        with told():
            self.desk.visit(request).place = read_mask(given(event, "mask", str))

    async def on_add(self, count: float, request: gr.Request) -> AsyncIterator[Updates]:
        """Strokes more, where somebody painted over the picture."""
        visit = self.desk.visit(request)
        work = await aside(self.finished.settle, visit)
        steps = self._paint(visit, work, await aside(self._added, visit, work, round(measure(count))), ADD)
        async for updates in steps:
            yield updates

    def _added(self, visit: Visit, work: Work, count: int) -> dict[str, Any]:
        """How so many strokes are added where it is marked. Raises InputError if it is nowhere."""
        if visit.place is None:
            raise InputError("no place is marked: paint over the picture where the strokes are to go")
        self.desk.studio.limits.check(len(work.load()) + count, 0)
        mask = visit.room / "place.png"
        save_mask(visit.place.getchannel("R"), mask)
        visit.place = None
        return {"changes": {"focus": mask}, "again": work.last, "add": count}

    async def on_like(self, request: gr.Request) -> AsyncIterator[Updates]:
        """Another one like this, by another seed."""
        visit = self.desk.visit(request)
        work = await aside(self.finished.settle, visit)
        async for updates in self._anew(visit, work, again(await aside(as_changes, work), 1)):
            yield updates

    def on_look(self, request: gr.Request) -> Updates:
        """The same photo in another look."""
        with told():
            visit = self.desk.visit(request)
            work = self.finished.settle(visit)
            photo = self._photo(visit, work)
            if photo != visit.photo:
                return self.bring.brought(visit, photo, work.about.title)
            return self.desk.show("choose")

    async def on_vary(self, request: gr.Request) -> AsyncIterator[Updates]:
        """Small variations come, one after another."""
        visit = self.desk.visit(request)
        work = await aside(self.finished.settle, visit)
        small = await aside(lambda: small_photo(self._photo(visit, work)))
        visit.proposals = await aside(self._variations, work)
        proposals = {str(number): one for number, one in enumerate(visit.proposals)}
        cards = [{"key": key, "name": one.name, "about": _lit(one)} for key, one in proposals.items()]
        async for shown in sketches(visit, small, proposals, cards, {}):
            yield {self.proposals: shown}

    async def on_proposal(self, event: gr.EventData, request: gr.Request) -> AsyncIterator[Updates]:
        """A variation is painted large."""
        visit = self.desk.visit(request)
        with told():
            number = given(event, "key", str)
            if not number.isdecimal() or int(number) >= len(visit.proposals):
                raise InputError("this variation is not there any more: let them be shown once more")
            work, changes = visit.the_work(), dict(visit.proposals[int(number)].changes)
        async for updates in self._anew(visit, work, changes):
            yield updates

    async def on_film(self, request: gr.Request) -> AsyncIterator[Updates]:
        """How it was painted, from now on beside it."""
        visit = self.desk.visit(request)
        work = await aside(self.finished.settle, visit)
        with told():
            path = work.beside("replay.mp4")
            if not path.exists():
                painting, export = await aside(work.load), Export(seconds=SECONDS)
                rendering = Rendering(min(FILM, painting.size), quick=True)
                job = visit.begin(lambda job: write_file(job, painting, path, rendering, export))
                yield {self.filming: visible(True)}
                async for news in job.follow():
                    yield {self.filming: grown(news, "")}
            yield {self.filming: visible(False)}
            if path.exists():
                address_now = f"{address(work, 'replay', 'mp4')}&{time.time()}"  # another one plays from its beginning
                yield {self.shown: {"src": address_now}}

    def _paint(self, visit: Visit, work: Work, how: dict[str, Any], room: str = LIGHT) -> AsyncIterator[Updates]:
        """Paint a work that was begun, or one that is there, and then show it in one of the rooms."""
        photo = self._photo(visit, work)
        return self.watch.paint(visit, work, photo, "finished", lambda: self.show(visit, room), **how)

    async def _anew(self, visit: Visit, work: Work, changes: dict[str, Any]) -> AsyncIterator[Updates]:
        """Another painting of the same photo, after the same pictures."""
        with told():
            self._photo(visit, work)
            about = work.about
            other = visit.visitor.works.new(about.title, about.photo, str(changes.get("look") or about.look))
            kept = {name: str(other.keep(name, path)) for name, path in work.pictures.items()}
            steps = self._paint(visit, other, {"changes": self.desk.studio.limits.within(changes) | kept})
        async for updates in steps:
            yield updates

    def _variations(self, work: Work) -> list[Proposal]:
        """Variations of a work, each with all of its settings."""
        changes = as_changes(work)
        usual = work.load().settings
        found = variations(usual.look or USUAL_LOOK, MANY, usual.seed, usual)
        proposals = []
        for one in found:
            its = {**changes, **one.changes, "look": usual.look}
            proposals.append(one._replace(changes=self.desk.studio.limits.within(its)))
        return proposals

    def _photo(self, visit: Visit, work: Work) -> Any:
        if (path := visit.photo_of(work)) is None:
            raise InputError("the photo of this painting is not here: bring the very same file first")
        return path


def as_changes(work: Work) -> dict[str, Any]:
    """The settings of a work, to paint another one: pictures, which it knows by their hashes, lie beside it."""
    settings = vars(work.load().settings)
    changes = {name: value for name, value in settings.items() if name not in PICTURES}
    return changes | {name: str(path) for name, path in work.pictures.items()}


def _to_paint_over(picture: AnyPicture) -> dict[str, Any]:
    """The value of the part that is painted over."""
    return {"src": as_url(thumbnail(picture, SHOWN)), "broad": SPOT}


def _lit(proposal: Proposal) -> str:
    """In which other light a variation is."""
    light, relief = proposal.changes.get("light"), proposal.changes.get("relief")
    return f"light from {light.split(',')[0]}, relief {relief:g}" if light and relief else ""
