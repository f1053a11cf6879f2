"""The fourth view: the finished painting, in any light, beside its photo; and what can come after it."""

from __future__ import annotations

import html
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from zlib import crc32

import gradio as gr

from ....export.export import Export
from ....image.photo import read_photo
from ....painting.painting import Painting
from ....rendering.light import CLOTHS, COARSEST, FINEST, HIGHEST, LOWEST, Light
from ....rendering.rendering import Rendering
from ..easel import relight, write_file
from ..lights import in_light
from ..parts import HIDDEN, part, visible
from ..photos import SHOWN
from ..pictures import as_url, thumbnail
from ..visit import Visit
from ..works import Work
from .desk import SKIP, Desk, Updates, aside, told
from .numbers import slider

NO_RELIEF = "This brush lays flat colour: there is nothing that a light could show. Brushes of oil paint have relief."
HOURS = 12
CLOSE = 3000  # px of the long side of a painting that is looked at closely, at most


class Finished:
    """The picture, what is told of it, and its light."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def picture(self) -> None:
        self.compare = part("compare", elem_id="painting")

    def below(self) -> None:
        """What is told of it."""
        self.facts = gr.HTML("", elem_id="facts")

    def light(self) -> None:
        """The sliders of the light."""
        about = Light.__dataclass_fields__
        self.no_relief = gr.HTML(f"<p>{NO_RELIEF}</p>", visible=HIDDEN)
        with gr.Column() as self.sliders:
            self.relief = slider(0, 1, 0.5, step=0.01, label="Relief", info=about["relief"].metadata["help"])
            self.hour = slider(
                0,
                HOURS,
                10.5,
                step=0.25,
                label="Light from",
                info="Where it comes from, as on a clock: 12 is above, 3 is right.",
            )
            self.height = slider(
                LOWEST,
                HIGHEST,
                38,
                step=1,
                label="How high",
                info="Degrees above the canvas: low light shows every ridge.",
            )
            self.gloss = slider(0, 1, 0.25, step=0.01, label="Gloss", info=about["gloss"].metadata["help"])
            self.cloth = gr.Dropdown(
                list(CLOTHS), value="linen", label="Canvas", info="What is painted on, where paint is thin."
            )
            self.coarse = slider(FINEST, COARSEST, 1, step=0.1, label="How coarse", info="The canvas: 1 is usual.")
            self.own = gr.Button("Back to its own light", size="sm", elem_id="own")

    @property
    def lights(self) -> list[Any]:
        return [self.relief, self.hour, self.height, self.gloss, self.cloth, self.coarse]

    @property
    def outputs(self) -> list[Any]:
        return [self.compare, self.facts, self.no_relief, self.sliders, *self.lights]

    def on_light(self, request: gr.Request, *values: Any) -> Updates:
        """The painting in the light of the sliders, which it keeps as soon as something is made of it."""
        with told():
            visit = self.desk.visit(request)
            work, light, shown = visit.the_work(), light_of(*values), visit.shown
            picture = self.desk.studio.lights.look(work.last, light)
            if picture is None or visit.shown != shown:  # another painting, or its own light, came meanwhile
                return SKIP
            visit.light = light
            return {self.compare: {"after": as_url(picture), "same": True}}

    async def on_closer(self, request: gr.Request) -> AsyncIterator[Updates]:
        """It is looked at closely, in the light of now: drawn larger, when nothing else is under way."""
        visit = self.desk.visit(request)
        with told():
            last, light = visit.the_work().last, visit.light
            path = visit.room / f"close-{crc32(repr((last, last.stat().st_mtime_ns, light)).encode()):08x}.jpg"
            if not path.exists():
                painting = await aside(visit.the_work().load)
                painting = in_light(painting, light) if light else painting
                rendering = Rendering(min(CLOSE, painting.size))
                job = visit.beside(lambda job: write_file(job, painting, path, rendering, Export()))
                async for _ in job.follow():
                    pass
            if path.exists() and visit.work and visit.work.last == last and visit.light == light:
                yield {self.compare: {"same": True, "close": passing(path)}}

    def on_own(self, request: gr.Request) -> Updates:
        """The painting in its own light again."""
        with told():
            return self.show(self.desk.visit(request))

    def settle(self, visit: Visit) -> Work:
        """The work that is looked at, in the light in which it is looked at. Raises InputError if there is none."""
        work, light = visit.the_work(), visit.light
        visit.light = None
        if light:
            relight(work, light, self.desk.studio.lights)
        return work

    def show(self, visit: Visit) -> Updates:
        """A work as it is now, in its own light."""
        work = visit.the_work()
        visit.light, visit.place = None, None
        visit.shown += 1
        painting = work.load()
        light = Light.of(painting.settings)
        hour, degrees = light.place()
        relieved = self.desk.studio.lights.look(work.last, light) is not None
        values = [light.relief, hour, degrees, light.gloss, *light.cloth()]
        about = f"The painting: {painting.made_of}"
        return {
            self.compare: {"after": address(work, "seen"), "alt": about, **self.photo(visit, work)},
            self.facts: facts(work, painting),
            self.no_relief: visible(not relieved),
            self.sliders: visible(relieved),
            **dict(zip(self.lights, values, strict=True)),
        }

    def photo(self, visit: Visit, work: Work) -> dict[str, str]:
        """What a comparison shows of the photo, if it is here."""
        path = visit.photo_of(work)
        return {"before": as_url(thumbnail(read_photo(path, most=SHOWN).image, SHOWN))} if path else {}


def light_of(relief: float, hour: float, degrees: float, gloss: float, cloth: str, coarse: float) -> Light:
    """What the sliders say. Raises InputError for what cannot be."""
    minutes = round(hour * 60) % (HOURS * 60)
    return Light(relief, f"{minutes // 60}:{minutes % 60:02},{degrees:g}", gloss, f"{cloth}:{coarse:g}")


def address(work: Work, what: str, suffix: str = "jpg") -> str:
    """Where the browser finds a file beside the state of now."""
    path = work.beside(f"{what}.{suffix}")
    return f"/works/{work.name}/{path.name}?{path.stat().st_mtime_ns if path.exists() else 0}"


def passing(path: Path) -> str:
    """Where the browser finds a file that goes with the visit."""
    return f"/passing/{path.parent.name}/{path.name}?{path.stat().st_mtime_ns}"


def facts(work: Work, painting: Painting) -> str:
    """What is told of a work below its picture."""
    settings, about = painting.settings, work.about
    parts = [painting.made_of, f"{painting.width:,} x {painting.height:,} px"]
    if settings.seed:
        parts.append(f"version {settings.seed}")
    if painting.unfinished is not None:
        parts[0] += f", not finished, of {settings.strokes:,}"
    title = f"{about.title}, {settings.look or about.look or 'oil'}" if about.title else settings.look or "a painting"
    return f"<h2>{html.escape(title)}</h2><p>{html.escape(' · '.join(parts))}</p>"
