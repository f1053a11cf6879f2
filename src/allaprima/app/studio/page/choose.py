"""The second view: a look is chosen from small paintings of the photo; and, folded, all else that can be chosen."""

from __future__ import annotations

import html
from collections.abc import AsyncIterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr

from ....brush.library import ABOUT, find_brush
from ....errors import InputError
from ....image.color import colors_to_hex
from ....image.hex import is_hex
from ....image.palette import Palette
from ....image.photo import Photo, hash_of, read_photo
from ....painting.looks import looks
from ....painting.settings import Settings
from ...brush_sheet import strip
from ...contact_sheet import in_looks, small_photo
from ..choices import AS_LOOK, FOUND, OWN_COLORS, PAPERS, SEEDS, Choices, check_among
from ..parts import HIDDEN, folded, part, visible
from ..photos import SHOWN, save_mask, wished
from ..pictures import as_url, thumbnail
from ..visit import Visit
from ..works import Work
from .desk import SKIP, Desk, Updates, aside, given, measure, told
from .numbers import number, slider
from .sketches import sketches

NAMES = tuple(one.name for one in fields(Choices))
LOOKED_AT = 128  # px at which colours are found
SMALL = 240  # px
FEWEST = 20  # strokes, on the scale
WIDTHS = {"min_size": (0.1, 5.0), "max_size": (0.5, 50.0)}  # on the scales, in hundredths of the canvas' long side
SWATCHES = 8
OWN = "linear-gradient(135deg, #b4572f 0 33%, #d8b98a 33% 66%, #4c6a70 66%)"  # stands for the photo's own colour
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
        with gr.Row(elem_id="chosen"):
            self.words = gr.HTML("")
            self.forget = gr.Button("Forget these", size="sm", elem_id="forget")
        self.looks = part("cards", elem_id="looks", leads=True)

    def more(self) -> None:
        """All else, folded."""
        limits = self.desk.studio.limits
        with folded("More choices: brush, strokes, palette, paper, style", elem_id="more"):
            gr.HTML("<p>What you leave as it is, the look decides. Then press a look.</p>")
            self.brush = gr.State(AS_LOOK)
            gr.HTML("<p><b>Brush</b> What the strokes are laid with.</p>")
            self.brushes = part("cards", elem_id="brushes")
            most = limits.strokes
            self.strokes = part(
                "scale", 0, elem_id="strokes", mark="strokes", label="Strokes", info="Few are bold, many are fine.",
                least="few", most="many", low=min(FEWEST, most / 2), high=most, unit="",
            )  # fmt: skip
            self.narrow, self.wide = (
                part(
                    "scale", 0, elem_id=name, mark=name, label=label, info="In hundredths of the canvas.",
                    least="fine", most="broad", low=WIDTHS[name][0], high=WIDTHS[name][1], unit="%",
                )
                for name, label in (("min_size", "Narrowest stroke"), ("max_size", "Widest stroke"))
            )  # fmt: skip
            self.mood = gr.Dropdown(list(MOODS.items()), value=AS_LOOK, label="Mood", info="How strokes lie.")
            self.paper = part(
                "chips", AS_LOOK, elem_id="paper", label="Paper", info="What is painted on.", known=_papers()
            )
            self._colors()
            self.seed = number(
                0,
                SEEDS - 1,
                0,
                label="Version",
                precision=0,
                info="Another number, another painting of this photo.",
            )

    def _colors(self) -> None:
        """A palette, and a picture to take after."""
        with gr.Row():
            self.palette = gr.Radio(
                [AS_LOOK, FOUND, OWN_COLORS], value=AS_LOOK, label="Palette", info="Paint with a few colours only."
            )
            self.count = slider(2, 24, SWATCHES, step=1, label="How many colours", info="That are found in the photo.")
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
                self.unstyle = gr.Button("Without it", size="sm", visible=HIDDEN, elem_id="unstyle")
            self.weight = slider(
                0, 10, 1, step=0.1, label="How much", info=Settings.about("style_weight").metadata["help"]
            )

    @property
    def inputs(self) -> list[Any]:
        """In the order of the fields of Choices."""
        return [
            self.brush, self.strokes, self.narrow, self.wide, self.quality, self.palette, self.count, self.colors,
            self.mood, self.seed, self.paper, self.style, self.weight,
        ]  # fmt: skip

    def choices(self, visit: Visit, values: tuple[Any, ...], style: Path | None = None) -> Choices:
        """What the controls say. Raises InputError for a number that is none, or a colour."""
        named = dict(zip(NAMES, values, strict=True)) | {"style": style}
        sizes = {name: measure(named[name]) / 100 for name in WIDTHS}
        if not isinstance(named["paper"], str) or not named["paper"].isascii():
            raise InputError("the paper is no colour: choose another")
        counts = {name: round(measure(named[name])) for name in ("strokes", "seed")}
        colors = named["colors"] or ",".join(visit.colors)  # those that are seen, if nobody mixed any
        return Choices(**{**named, **sizes, **counts, "colors": colors})

    def on_chosen(self, request: gr.Request, *values: Any) -> str:
        """What holds for whatever look is picked is told beside the looks; in bold what can be forgotten, as the CSS
        knows.
        """
        with told():
            visit = self.desk.visit(request)
            words = self.choices(visit, values, values[-2] or None).words()
            told_of = [f"Whichever you press is painted with: <b>{html.escape(', '.join(words))}</b>."] if words else []
            told_of += ["What you painted over the photo matters."] if visit.wishes else []
            return f"<p>{' '.join(told_of)}</p>" if told_of else ""

    def on_forget(self, request: gr.Request) -> Updates:
        """All that was told of is as it was in the beginning."""
        kept = {self.brushes: _brushes(AS_LOOK), self.pots: {"colors": self.desk.visit(request).colors}}
        usual = dict(zip(self.inputs, vars(Choices()).values(), strict=True))
        del usual[self.quality]
        return {**usual, **kept, self.styled: {"cards": []}, self.unstyle: visible(False)}

    @property
    def forgotten(self) -> list[Any]:
        """What is changed by that."""
        return [*self.inputs, self.brushes, self.pots, self.styled, self.unstyle]

    @property
    def told_of(self) -> gr.HTML:
        """What tells of what was chosen."""
        return self.words

    async def on_photo(self, request: gr.Request) -> AsyncIterator[Updates]:
        """Small paintings come, one after another."""
        visit = self.desk.visit(request)
        photo, seen = visit.photo, visit.sketches
        if photo is None:
            return
        small = await aside(small_photo, photo)
        if visit.photo != photo:  # another came meanwhile
            return
        names = list(looks())
        proposals = dict(zip(names, in_looks(names), strict=True))
        cards = [{"key": one.name, "name": one.name, "about": one.about} for one in looks().values()]
        async for shown in sketches(visit, small, proposals, cards, seen):
            yield {self.looks: shown}

    def on_palette(self, colors: str, request: gr.Request) -> Updates:
        """The colours of the photo, to begin with; unless there are some of somebody's own."""
        with told():
            visit = self.desk.visit(request)
            visit.colors = _found(read_photo(visit.the_photo(), most=SHOWN))
            return SKIP if colors else {self.pots: {"colors": visit.colors}}

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
            return {
                self.style: str(kept),
                self.styled: {"cards": [card]},
                self.unstyle: visible(True),
            }

    def on_no_style(self) -> Updates:
        return {self.style: None, self.styled: {"cards": []}, self.unstyle: visible(False)}

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
            return work, self.choices(visit, values, style).changes(look, focus, self.desk.studio.limits)
        except InputError:
            work.remove()
            raise


def _papers() -> list[dict[str, str]]:
    """Those that are offered, the look's own first."""
    colors = [{"key": key, "name": name, "color": key if is_hex(key) else OWN} for key, name in PAPERS.items()]
    return [{"key": AS_LOOK, "name": AS_LOOK}, *colors]


def _brushes(chosen: str) -> dict[str, Any]:
    return {"cards": [{"key": AS_LOOK, "name": AS_LOOK}, *map(_brush, ABOUT)], "chosen": chosen}


@cache
def _brush(name: str) -> dict[str, Any]:
    return {"key": name, "name": name.replace("_", " "), "about": ABOUT[name], "src": as_url(strip(find_brush(name)))}


def _found(photo: Photo) -> list[str]:
    """The photo's main colours, to begin with."""
    return list(colors_to_hex(Palette(count=SWATCHES).find(photo.at(*photo.canvas(LOOKED_AT)), 0)))
