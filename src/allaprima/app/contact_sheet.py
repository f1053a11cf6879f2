"""Small paintings of one photo side by side, to choose from: one in each look, or variations of one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image

from ..errors import InputError
from ..image.photo import SMALLEST, PhotoLike, read_photo
from ..painters.paint import optimise
from ..painting.looks import find_look
from ..painting.settings import Settings
from ..rendering.rendering import Rendering
from .command_line import command
from .labelled import GAP, LABEL, labelled

SIDE, SEEN_AT = 448, 400  # px of a small painting's canvas, and of its picture
FEWER = 0.7  # of the strokes, or they could not be seen
AT_ONCE = 3  # paintings: more would wait for the interpreter
OFTEN = 0.2  # seconds: so often progress is told
SHAPE = 1.5  # about so many times as wide as high
LARGEST_SEED = Settings.about("seed").metadata["high"]
LIGHTS = ("9:00", "10:30", "12:00", "1:30")


class Proposal(NamedTuple):
    """A painting that may be chosen: its ``name``, and its settings, by name, that are not the usual ones."""

    name: str
    changes: Mapping[str, Any]

    def command(self, photo: Path) -> str:
        """What paints it at full size."""
        words: list[str | Path] = ["paint", photo]
        for name, value in self.changes.items():
            words += [f"--{name.replace('_', '-')}", str(value)]
        return command(*words)


def in_looks(names: Sequence[str], seed: int = 0) -> list[Proposal]:
    """One in each of these looks."""
    chosen = {"seed": seed} if seed else {}
    return [Proposal(find_look(name).name, {"look": name, **chosen}) for name in names]


def variations(look: str, count: int, seed: int = 0, usual: Settings | None = None) -> list[Proposal]:
    """``count`` of one look, the first as it is: others have more strokes or fewer, more relief or less, another
    light, another seed. ``usual`` are the settings of the first one, if they are not the look's own. Raises InputError
    for a look that is none.
    """
    usual, found = usual or Settings().change(look=look), [Proposal("as it is", {"look": look})]
    random = np.random.default_rng([seed, *find_look(look).name.encode()])
    for number in range(1, count):
        strokes = round(min(max(usual.strokes * 2 ** random.uniform(-2, 1), 1), 20_000), -2) or 100
        relief = round(min(usual.relief * 2 ** random.uniform(-1, 1), 1.0), 2)
        light = f"{random.choice(LIGHTS)},{random.integers(24, 50)}"
        changes = {"look": look, "seed": (seed + number) % (LARGEST_SEED + 1), "strokes": int(strokes)}
        if relief:
            changes |= {"relief": relief, "light": light}
        found.append(Proposal(f"{int(strokes):,} strokes", changes))
    return found


def contact_sheet(
    photo: Path, proposals: Sequence[Proposal], on_progress: Callable[[float, str], None] | None = None
) -> Image.Image:
    """All of them painted small and quickly, with their names below, as one picture. ``on_progress`` sees the share
    done, 0 to 1, and what is painted; it may raise to stop.
    """
    small = small_photo(photo)
    width, height = (round(side * SEEN_AT / max(small.size)) for side in small.size)
    columns = round(math.sqrt(len(proposals) * SHAPE * (height + LABEL + GAP) / (width + GAP))) or 1
    columns = min(columns, len(proposals))
    pictures: dict[int, Image.Image] = {}
    small_paintings(small, proposals, pictures.__setitem__, on_progress)
    names = [proposal.name for proposal in proposals]
    return labelled([pictures[number].resize((width, height)) for number in range(len(names))], names, columns)


def small_photo(photo: PhotoLike) -> Image.Image:
    """A photo as small paintings see it. Raises InputError for one that is too narrow for that."""
    subject = read_photo(photo, most=SIDE)
    wide, high, small = subject.width, subject.height, subject.image.copy()
    if SMALLEST * max(wide, high) > SIDE * min(wide, high):
        raise InputError(
            f"the photo is {wide}x{high} px: on a sheet it can be {SIDE // SMALLEST} times as long as wide, not more"
        )
    small.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    return small


def small_paintings(
    photo: Image.Image,
    proposals: Sequence[Proposal],
    on_picture: Callable[[int, Image.Image], None],
    on_progress: Callable[[float, str], None] | None = None,
    quick: bool = False,
) -> None:
    """Paint all of them, some at once: so small a painting does not occupy many processors by itself. ``on_picture``
    gets each with its number when it is there; ``on_progress`` sees the share done, 0 to 1, and what is painted. Both
    may raise to stop. ``quick`` as a :class:`~allaprima.Rendering` may be.
    """
    threads, shares, leave = torch.get_num_threads(), [0.0] * len(proposals), Event()
    at_once, tell = min(threads, AT_ONCE), on_progress or (lambda share, text: None)

    def paint(number: int) -> Image.Image:
        settings = Settings().change(**proposals[number].changes)
        rendering = Rendering(SEEN_AT, settings.engine, settings.texture, quick)
        strokes = math.ceil(FEWER * settings.strokes)
        small = settings.change(size=SIDE, quality="draft", strokes=strokes, engine="neural", texture=False)
        for step in optimise(photo, small):
            shares[number] = step.share
            if leave.is_set():
                raise InterruptedError
        return Image.fromarray(step.painting().render(rendering))

    with ThreadPoolExecutor(at_once, initializer=torch.set_num_threads, initargs=(threads // at_once,)) as pool:
        work = {pool.submit(paint, number): number for number in range(len(proposals))}
        left = set(work)
        try:
            while left:
                done, left = wait(left, OFTEN)
                for one in done:
                    on_picture(work[one], one.result())  # what went wrong in one is told at once
                begun = max((number for number, share in enumerate(shares) if share), default=0)
                tell(sum(shares) / len(shares), proposals[begun].name)
            tell(1.0, proposals[-1].name)
        except BaseException:
            leave.set()
            pool.shutdown(cancel_futures=True)
            raise
