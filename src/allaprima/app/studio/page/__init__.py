"""What people see: four views, one after another, and the gallery."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from ..guard import Guard
from ..parts import part
from ..visit import Studio
from .after import ADD, LIGHT, REPLAY, SAVE, VARY, After
from .bring import Bring
from .choose import Choose
from .desk import Desk, Updates, aside, given, told
from .finished import Finished
from .gallery import Gallery
from .take import Take
from .watch import Watch

TITLE = "allaprima"
QUIET: dict[str, Any] = {
    "show_progress": "hidden",
    "queue": True,
    "concurrency_limit": None,
    "api_visibility": "private",
}
ALWAYS: dict[str, Any] = {**QUIET, "trigger_mode": "multiple"}
LAST: dict[str, Any] = {**QUIET, "trigger_mode": "always_last"}
OFTEN = 5.0  # seconds: so often it is looked whether a page is still open
PAINT, GALLERY = "room-paint", "room-gallery"


def make_page(studio: Studio, guard: Guard) -> Any:
    """The page of a studio, behind a guard."""
    desk = Desk(studio, guard)
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=False) as page:
        gr.HTML(f"<h1>{TITLE}</h1>", elem_id="title")
        tabs = part("tabs", PAINT, elem_id="rooms", rooms=[(PAINT, "Paint"), (GALLERY, "Gallery")])
        with gr.Column(elem_id=PAINT):
            desk.view = part("view", "view-bring", elem_id="view")
            bring = Bring(desk)
            choose = Choose(desk)
            other = _choose(bring, choose)
            watch = Watch(desk)
            finished = Finished(desk)
            after = After(desk, bring, watch, finished)
            _finished(desk, finished, after)
        with gr.Column(elem_id=GALLERY):
            gallery = Gallery(desk, after, bring)
        _bring(desk, bring, choose, other, after)
        _paint(desk, bring, choose, watch, after)
        _after(finished, after)
        _gallery(desk, page, gallery, tabs, after, choose)
    page.queue(api_open=False, default_concurrency_limit=None)
    return page


def _choose(bring: Bring, choose: Choose) -> gr.Button:
    """The second view: the photo, and looks of it; what leads back to the first one."""
    with gr.Column(elem_id="view-choose"), gr.Row(elem_classes="halves"):
        with gr.Column(scale=2, min_width=300):
            bring.photo()
            choose.more()
            other = gr.Button("Another photo", elem_id="other")
        with gr.Column(scale=5, min_width=340):
            choose.cards()
    return other


def _finished(desk: Desk, finished: Finished, after: After) -> None:
    """The last view: the painting, and beside it what can be done with it."""
    with gr.Column(elem_id="view-finished"), gr.Row(elem_classes="halves"):
        with gr.Column(scale=5, min_width=340):
            finished.picture()
            after.spot()
            finished.below()
            after.buttons()
        with gr.Column(scale=4, min_width=340):
            after.rooms()
            with gr.Column(elem_id=LIGHT):
                finished.light()
            with gr.Column(elem_id=ADD):
                after.more()
            with gr.Column(elem_id=VARY):
                after.vary()
            with gr.Column(elem_id=REPLAY):
                after.replay()
            with gr.Column(elem_id=SAVE):
                after.take = Take(desk, finished)


def _bring(desk: Desk, bring: Bring, choose: Choose, other: gr.Button, after: After) -> None:
    brought = [
        bring.drop.sent(bring.on_file, None, bring.outputs, **QUIET),
        bring.camera.taken(bring.on_file, None, bring.outputs, **QUIET),
        bring.examples.pick(bring.on_example, None, bring.outputs, **QUIET),
        bring.crop.cut(bring.on_cut, None, bring.outputs, **QUIET),
        bring.uncut.click(bring.on_uncut, None, bring.outputs, **QUIET),
        after.look.click(after.on_look, None, bring.outputs, **QUIET),
    ]
    for event in brought:
        event.success(choose.on_photo, None, [choose.looks], **ALWAYS)  # those of the photo before may not be over
        event.success(choose.on_palette, choose.colors, [choose.pots], **ALWAYS)
    for event in (*brought, bring.over.painted(bring.on_wishes, None, None, **ALWAYS)):
        event.success(choose.on_chosen, choose.inputs, choose.told_of, **ALWAYS)
    for button in (other, after.fresh):
        button.click(lambda: desk.show("bring"), None, desk.view, **QUIET)


def _paint(desk: Desk, bring: Bring, choose: Choose, watch: Watch, after: After) -> None:
    choose.drop.sent(choose.on_style, None, [choose.style, choose.styled, choose.unstyle], **QUIET)
    choose.unstyle.click(choose.on_no_style, None, [choose.style, choose.styled, choose.unstyle], **QUIET)
    choose.brushes.pick(choose.on_brush, None, [choose.brush, choose.brushes], **QUIET)
    choose.pots.mixed(choose.on_colors, None, [choose.colors, choose.palette], **ALWAYS)

    gr.on(
        [choose.strokes.change, choose.narrow.change, choose.wide.change, choose.brush.change, choose.palette.change,
         choose.count.change, choose.colors.change, choose.mood.change, choose.seed.change, choose.paper.change,
         choose.style.change],
        choose.on_chosen, choose.inputs, choose.told_of, **LAST,
    )  # fmt: skip
    forgot = choose.forget.click(choose.on_forget, None, choose.forgotten, **QUIET)
    forgot.success(choose.on_chosen, choose.inputs, choose.told_of, **ALWAYS)

    async def on_look(event: gr.EventData, request: gr.Request, *chosen: Any) -> AsyncIterator[Updates]:
        """A look was picked: paint."""
        visit = desk.visit(request)
        with told():
            photo, look = visit.the_photo(), given(event, "key", str)
        work, changes = await aside(choose.begun, visit, look, chosen)
        steps = watch.paint(visit, work, photo, "choose", lambda: after.show(visit), changes=changes)
        async for updates in steps:
            yield updates

    choose.looks.pick(on_look, choose.inputs, after.outputs, **QUIET)
    buttons = [watch.pause, watch.go_on]
    watch.pause.click(watch.on_pause, None, buttons, **QUIET)
    watch.go_on.click(watch.on_go_on, None, buttons, **QUIET)
    watch.stop.click(watch.on_stop, None, None, **QUIET)


def _after(finished: Finished, after: After) -> None:
    take = after.take
    for slider in finished.lights:
        slider.input(finished.on_light, finished.lights, finished.compare, **LAST)
    finished.compare.closer(finished.on_closer, None, finished.compare, **ALWAYS)
    finished.own.click(finished.on_own, None, finished.outputs, **QUIET)
    after.tabs.turned(after.on_turned, None, after.place, **QUIET)
    after.on.click(after.on_resume, None, after.outputs, **QUIET)
    after.undo.click(after.on_undo, None, after.outputs, **QUIET)
    after.like.click(after.on_like, None, after.outputs, **QUIET)
    after.place.painted(after.on_place, None, None, **ALWAYS)
    after.add.click(after.on_add, after.count, after.outputs, **QUIET)
    after.propose.click(after.on_vary, None, after.outputs, **QUIET)
    after.proposals.pick(after.on_proposal, None, after.outputs, **QUIET)
    after.film.click(after.on_film, None, after.outputs, **QUIET)
    take.things.pick(take.on_thing, None, [take.kind, take.things, take.of_print, take.size, take.ready], **QUIET)
    how = [take.kind, take.paper, take.dpi, take.fit, take.size, take.name]
    for done in (take.name.blur, take.name.submit):
        done(take.on_name, take.name, [take.name, finished.facts], **QUIET)
    take.make.click(take.on_make, how, [take.progress, take.make, take.ready], **QUIET)


def _gallery(desk: Desk, page: gr.Blocks, gallery: Gallery, tabs: gr.HTML, after: After, choose: Choose) -> None:
    shown = [tabs, *gallery.outputs, *after.outputs]

    def to_paint(updates: Updates) -> Updates:
        return {tabs: PAINT, **updates}

    def on_pick(event: gr.EventData, request: gr.Request) -> Updates:
        return to_paint(gallery.on_pick(event, request))

    def on_file(event: gr.EventData, request: gr.Request) -> Updates:
        return to_paint(gallery.on_file(event, request))

    def on_remove(request: gr.Request) -> Updates:
        return {tabs: GALLERY, **gallery.on_remove(request)}

    for cards in (gallery.works, gallery.begun):
        cards.pick(on_pick, None, shown, **QUIET)
    gallery.file.sent(on_file, None, shown, **QUIET)
    after.remove.click(on_remove, None, shown, **QUIET)
    gallery.back.click(gallery.on_back, None, gallery.outputs, **QUIET)
    tabs.turned(gallery.on_look, None, gallery.outputs, **QUIET)
    page.load(choose.on_page, None, [choose.brushes], **QUIET)
    page.load(gallery.on_look, None, gallery.outputs, **QUIET)

    async def stay(request: gr.Request) -> AsyncIterator[None]:
        """As long as the page is open: Gradio ends a page's stream of news when nothing is under way, and of what is
        begun at that moment nothing would be heard.
        """
        key, name = desk.key(request), str(request.session_hash)
        desk.visit(request)
        while desk.studio.is_open(key, name):
            yield
            await asyncio.sleep(OFTEN)

    page.load(stay, None, None, **QUIET)

    def leave(request: gr.Request) -> None:
        desk.studio.leave(desk.key(request), str(request.session_hash))
        desk.guard.forget(str(request.session_hash))

    page.unload(leave)
