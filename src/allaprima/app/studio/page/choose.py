"""The second view: a look is chosen from small paintings of the photo; and, folded, all else that can be chosen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr

from ....brush.library import ABOUT, find_brush
from ....errors import InputError
from ....image.color import colors_to_hex
from ....image.palette import Palette
from ....image.photo import Photo, hash_of, read_photo
from ....painting.looks import looks
from ....painting.settings import Settings
from ...brush_sheet import strip
from ...contact_sheet import in_looks, small_photo
from ..choices import AS_LOOK, FOUND, OWN_COLORS, Choices, check_among
from ..easel import paint_small
from ..parts import part
from ..photos import SHOWN, save_mask, wished
from ..pictures import as_url, thumbnail
from ..visit import Visit
from ..works import Work
from .desk import Desk, Updates, aside, given, told

NAMES = tuple(one.name for one in fields(Choices))
LOOKED_AT = 128  # px at which colours are found
SMALL = 240  # px
STEP, NARROWEST, WIDEST = 50, 0.03, 0.3  # of the sliders
SWATCHES = 8
PAPERS = {AS_LOOK: AS_LOOK, "the photo's own colour": "photo-mean", "white": "white", "cream": "#f4efe4",
          "buff": "#b59d7c", "warm grey": "#8d8579", "slate": "#23282b", "black": "black"}  # fmt: skip
MOODS = {AS_LOOK: AS_LOOK, "oil: along the form": "oil", "flow: long, swinging": "flow", "dots: side by side": "dots",
         "painterly: broad": "painterly", "likeness: as near as can be": "likeness"}  # fmt: skip
QUALITIES = {"quick": "draft", "normal": "normal", "best": "best"}


class Choose:
    """Its components. What is chosen here holds for whatever look is picked, and for all paintings after it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def cards(self) -> None:
        """Small paintings in each look."""
        gr.HTML(
            "<h2>Choose a look</h2><p>These are small sketches of your photo. Press one, and it is painted large.</p>"
        )
        self.quality = gr.Radio(
            list(QUALITIES.items()), value="normal", label="How long it may take", elem_id="quality"
        )
        self.looks = part("cards", elem_id="looks", leads=True)

    def more(self) -> None:
        """All else, folded."""
        limits = self.desk.studio.limits
        with gr.Accordion("More choices: brush, strokes, palette, paper, style", open=False, elem_id="more"):
            gr.HTML("<p>What you leave as it is, the look decides. Then press a look.</p>")
            self.brush = gr.State(AS_LOOK)
            gr.HTML("<p><b>Brush</b></p>")
            self.brushes = part("cards", elem_id="brushes")
            with gr.Row():
                self.strokes = gr.Slider(
                    0,
                    limits.strokes,
                    0,
                    step=STEP,
                    label="Strokes",
                    info="How many. Few are bold, many are fine; 0: as the look says.",
                )
            with gr.Row():
                self.narrow = gr.Slider(
                    0,
                    NARROWEST,
                    0,
                    step=0.001,
                    label="Narrowest stroke",
                    info="How wide, if the canvas is 1 wide; 0: as the look says.",
                )
                self.wide = gr.Slider(
                    0, WIDEST, 0, step=0.005, label="Widest stroke", info="How wide, likewise; 0: as the look says."
                )
            with gr.Row():
                self.mood = gr.Dropdown(list(MOODS.items()), value=AS_LOOK, label="Mood", info="How strokes lie.")
                self.paper = gr.Dropdown(
                    list(PAPERS.items()),
                    value=AS_LOOK,
                    label="Paper",
                    info="What is painted on; or type a colour, such as navy.",
                    allow_custom_value=True,
                )
            self._colors()
            self.seed = gr.Number(
                0, label="Version", precision=0, minimum=0, info="Another number, another painting of the same photo."
            )

    def _colors(self) -> None:
        """A palette, and a picture to take after."""
        with gr.Row():
            self.palette = gr.Radio(
                [AS_LOOK, FOUND, OWN_COLORS], value=AS_LOOK, label="Palette", info="Paint with a few colours only."
            )
            self.count = gr.Slider(
                2, 24, SWATCHES, step=1, label="How many colours", info="That are found in the photo."
            )
        self.colors = gr.State("")
        self.pots = part("swatches", elem_id="pots")
        with gr.Row():
            with gr.Column():
                self.drop = part(
                    "drop", elem_id="style", mark="style", accept="image/*", pasted=False,
                    what="A picture to paint like", hint="Its colours and textures are taken on",
                )  # fmt: skip
                self.style = gr.State(None)
                self.styled = part("cards", elem_id="styled")
                self.unstyle = gr.Button("Without it", size="sm", visible=False, elem_id="unstyle")
            self.weight = gr.Slider(
                0, 10, 1, step=0.1, label="How much", info=Settings.about("style_weight").metadata["help"]
            )

    @property
    def inputs(self) -> list[Any]:
        """In the order of the fields of Choices."""
        return [
            self.brush, self.strokes, self.narrow, self.wide, self.quality, self.palette, self.count, self.colors,
            self.mood, self.seed, self.paper, self.style, self.weight,
        ]  # fmt: skip

    async def on_photo(self, request: gr.Request) -> AsyncIterator[Updates]:
        """Small paintings come, one after another."""
        visit = self.desk.visit(request)
        if visit.photo is None:
            return
        small = await aside(small_photo, visit.photo)
        before, seen = as_url(thumbnail(small, SMALL)), visit.sketches
        left = [name for name in looks() if name not in seen]
        yield {self.looks: _cards(seen, before)}
        if not left:
            return

        def there(number: int, url: str) -> None:
            seen[left[number]] = url

        job = visit.begin(lambda job: paint_small(job, small, in_looks(left), there))
        many = len(seen)
        with told():
            async for _ in job.follow():
                if len(seen) > many:
                    many = len(seen)
                    yield {self.looks: _cards(seen, before)}

    def on_palette(self, request: gr.Request) -> Updates:
        """The colours of the photo, to begin with."""
        with told():
            visit = self.desk.visit(request)
            return {self.pots: {"colors": _found(read_photo(visit.the_photo(), most=SHOWN))}}

    def on_page(self) -> Updates:
        """Strokes of every brush, drawn when the first page is opened."""
        with told():
            return {self.brushes: _brushes(AS_LOOK)}

    def on_brush(self, event: gr.EventData) -> Updates:
        with told():
            key = check_among(given(event, "key", str), (AS_LOOK, *ABOUT), "brush")
            return {self.brush: key, self.brushes: _brushes(key)}

    def on_style(self, event: gr.EventData, request: gr.Request) -> Updates:
        """A picture came whose manner is to be taken on."""
        with told():
            visit = self.desk.visit(request)
            sent = self.desk.received(given(event, "path", str), request)
            try:
                kept = visit.visitor.photos.bring(sent)
            finally:
                sent.unlink(missing_ok=True)
            small = thumbnail(read_photo(kept, most=SMALL).image, SMALL)
            card = {"key": "style", "name": sent.stem, "src": as_url(small)}
            return {self.style: str(kept), self.styled: {"cards": [card]}, self.unstyle: gr.update(visible=True)}

    def on_no_style(self) -> Updates:
        return {self.style: None, self.styled: {"cards": []}, self.unstyle: gr.update(visible=False)}

    def on_colors(self, event: gr.EventData) -> Updates:
        """Colours were mixed, so they are to be painted with."""
        with told():
            colors = [str(color) for color in given(event, "colors", list)]
            return {self.colors: ",".join(colors), self.palette: OWN_COLORS if colors else AS_LOOK}

    def begun(self, visit: Visit, look: str, values: tuple[Any, ...]) -> tuple[Work, dict[str, Any]]:
        """A painting that is begun in a look, and its settings, with what else was chosen. Raises InputError for what
        cannot be.
        """
        check_among(look, tuple(looks()), "look")
        photo = visit.the_photo()
        work = visit.visitor.works.new(visit.title, hash_of(photo.read_bytes()), look)
        try:
            focus = style = None
            if visit.wishes:
                save_mask(wished(read_photo(photo, most=SHOWN), visit.wishes), work.folder / "focus")
                focus = work.folder / "focus"
            if values[-2]:
                style = work.keep("style", Path(values[-2]))
            choices = Choices(**{**dict(zip(NAMES, values, strict=True)), "style": style})
            return work, choices.changes(look, focus, self.desk.studio.limits)
        except InputError:
            work.remove()
            raise


def _cards(seen: dict[str, str], before: str) -> dict[str, Any]:
    cards = [
        {"key": one.name, "name": one.name, "about": one.about, "src": seen.get(one.name, before)}
        for one in looks().values()
    ]
    return {"cards": [{**card, "waiting": card["key"] not in seen} for card in cards]}


def _brushes(chosen: str) -> dict[str, Any]:
    return {"cards": [{"key": AS_LOOK, "name": AS_LOOK}, *map(_brush, ABOUT)], "chosen": chosen}


@cache
def _brush(name: str) -> dict[str, Any]:
    return {"key": name, "name": name.replace("_", " "), "about": ABOUT[name], "src": as_url(strip(find_brush(name)))}


def _found(photo: Photo) -> list[str]:
    """The photo's main colours, to begin with."""
    return list(colors_to_hex(Palette(count=SWATCHES).find(photo.at(*photo.canvas(LOOKED_AT)), 0)))
