"""What a person chooses of a painting: each choice's default, bounds and one-line help, once. Free of torch, so that
help is quick. Where it is computed stands in ``painters/compute.py``.
"""

from __future__ import annotations

import math
from dataclasses import Field, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from ..errors import InputError
from ..files import is_there
from ..options import OWN, again, check_fields, check_known, choice, listed
from ..rendering.light import Light
from ..rendering.rendering import ENGINE_HELP, ENGINES, MYPAINT, REAL, TEXTURE_HELP
from .looks import find_look, look_names
from .pictures import (
    AutoFocus,
    BackgroundSource,
    FocusSource,
    PhotoMean,
    PictureSource,
    read_background,
    read_focus,
    read_source,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..brush.own import OwnModule
    from ..brush.programs import PaintingProgram
    from ..perception.term import LossTerm


@dataclass(frozen=True)
class Settings:
    """How a photo is painted. Pictures are given by their paths; those of a painting that is there are known by their
    hashes, and a loss or an engine of somebody's own, which only :func:`paint` can be given, as "own". ``look`` says
    which look the others came from: :meth:`change`, and :func:`paint`, bring it about. Raises :class:`InputError`,
    naming value and bound, for values out of range.
    """

    look: str = choice(
        "",
        f"A named set of these choices; what you choose yourself goes before it: {', '.join(look_names())}; "
        "or the path of your own .toml.",
    )
    brush: str = choice(
        "flat", "Brush: a name from `allaprima brushes`, or the path of your own; or several: oil:0.7,chalk:0.3."
    )
    strokes: int = choice(3500, "Number of strokes, exactly.", low=1, high=20_000)
    size: int = choice(2048, "Long side of the canvas in pixels.", low=16, high=8192)
    seed: int = choice(0, "Another seed, another painting; the same seed, the same.", low=0, high=2**63 - 1)
    quality: str = choice("normal", "How long to look for better strokes.", among=("draft", "normal", "best"))
    mood: str = choice(
        "oil",
        "How strokes lie: along the form over a painted ground (oil), long and swinging (flow), as dots side by side "
        "(dots), broad (painterly), or as is nearest to the photo (likeness).",
        among=("oil", "flow", "dots", "painterly", "likeness"),
    )
    engine: str = choice("auto", ENGINE_HELP, among=(*ENGINES, MYPAINT, OWN))
    texture: bool = choice(False, TEXTURE_HELP)
    loss: str = choice(
        "pixel",
        "What is to be like the photo: colours, what a network sees, or both.",
        among=("pixel", "features", "both", OWN),
    )
    features: str = choice(
        "pocket", "The network that looks, for --loss and --style.", among=("pocket", "vgg16", "vgg16_bn")
    )
    style: PictureSource | None = choice(
        None, "A picture whose textures and colours the painting is to take on.", read=read_source
    )
    style_weight: float = choice(1.0, "How much these count against the photo.", low=0, high=100)
    min_size: float = choice(
        0.0, "The narrowest strokes' width, in shares of the canvas' long side; 0: as the mood says.", low=0, high=0.5
    )
    max_size: float = choice(0.0, "The widest strokes' width, likewise; 0: no bound.", low=0, high=1)
    palette: str = choice(
        "", "Paint with these colours only: how many to find in the photo, a GIMP .gpl, a file of #rrggbb, or a list."
    )
    planes: bool = choice(False, "See the photo in flat planes of the palette's colours.")
    focus: FocusSource | None = choice(
        AutoFocus(),
        "Where more and smaller strokes go: auto (faces, what stands out), none, or a mask, where it is bright.",
        read=read_focus,
    )
    background: BackgroundSource = choice(
        PhotoMean(),
        "What is painted on: photo-mean, white or another colour's name, a #rrggbb, or a picture.",
        read=read_background,
    )
    opaque: bool = choice(False, "Strokes as paint that covers or does not: nothing half-transparent.")
    grayscale: bool = choice(False, "Paint in greys.")
    connected: bool = choice(False, "One chain: each stroke begins where the last ended.")
    relief: float = again(Light, "relief")
    light: str = again(Light, "light")
    gloss: float = again(Light, "gloss")
    canvas: str = again(Light, "canvas")

    def __post_init__(self) -> None:
        check_fields(self)
        object.__setattr__(self, "engine", REAL if self.engine == MYPAINT else self.engine)
        Light.of(self)
        if 0 < self.max_size < self.min_size:
            raise InputError(
                f"max_size is {self.max_size:g} and min_size {self.min_size:g}: choose a max_size of at least that"
            )
        if self.planes and not self.palette:
            raise InputError("planes are of a palette's colours, and there is none: give a palette, of 8 for example")

    def change(self, **changes: Any) -> Settings:
        """These settings with some changed; those of a ``look`` first. Raises InputError for a name that is no setting
        (and lists them), and for a look that is none.
        """
        if changes.get("look"):
            look = find_look(changes["look"])
            try:
                return self._change(**look.settings)._change(**{**changes, "look": look.name})
            except InputError as error:
                raise InputError(f"the look {look.name}: {error}") from None
        return self._change(**changes)

    def _change(self, **changes: Any) -> Settings:
        check_known(changes, Settings, what="setting")
        return replace(self, **changes)

    def check_own(self, given: Sequence[str] = ()) -> None:
        """Raise InputError for a part of somebody's own that is not among those that are ``given``."""
        for name in ("loss", "engine"):
            if getattr(self, name) == OWN and name not in given:
                raise InputError(
                    f"{name} is {OWN!r}, which stands for one of somebody's own: give it in Python, as "
                    f"{name}=my_{name}, or choose from {listed(self.about(name).metadata['among'])}"
                )

    @classmethod
    def about(cls, name: str) -> Field[Any]:
        """Default, bounds and help of one setting."""
        return next(one for one in fields(cls) if one.name == name)


class SettingsOptions(TypedDict, total=False):
    """The fields of :class:`Settings` by name, as a caller may give them, for editors; a test holds both together. An
    object of one's own in place of a name is for :func:`paint` alone.
    """

    look: str | Path
    brush: str | Path | OwnModule | Sequence[str | Path | OwnModule]
    strokes: int
    size: int
    seed: int
    quality: Literal["draft", "normal", "best"]
    mood: Literal["oil", "flow", "dots", "painterly", "likeness"]
    engine: Literal["auto", "neural", "real", "mypaint", "own"] | PaintingProgram
    texture: bool
    loss: Literal["pixel", "features", "both", "own"] | LossTerm | Sequence[str | LossTerm]
    features: Literal["pocket", "vgg16", "vgg16_bn"]
    style: str | Path | PictureSource | None
    style_weight: float
    min_size: float
    max_size: float
    palette: str | Path
    planes: bool
    focus: str | Path | FocusSource | None
    background: str | Path | BackgroundSource
    opaque: bool
    grayscale: bool
    connected: bool
    relief: float
    light: str
    gloss: float
    canvas: str


def shares_of(brush: str) -> dict[str, float]:
    """The brushes of a setting such as ``dry_brush`` or ``oil:0.7,chalk:0.3`` and their shares of the strokes; a path
    that is there is one, whatever stands in it. Raises InputError for shares that are missing, no numbers, or not
    above 0.
    """
    if is_there(Path(brush)):
        return {brush: 1.0}
    if "," not in brush:
        name, _, share = brush.rpartition(":")
        if not name or not _is_number(share):
            return {brush: 1.0}
        if not 0 < float(share) < math.inf:
            raise InputError(f"brush is {brush!r}: give a share above 0, or the name alone")
        return {name: 1.0}
    shares: dict[str, float] = {}
    before = ""  # of a path that has commas itself
    for part in brush.split(","):
        name, _, share = (word.strip() for word in f"{before}{part}".rpartition(":"))
        if not name or not _is_number(share):
            before += f"{part},"
            continue
        if not 0 < float(share) < math.inf or (before and not is_there(Path(name))):
            break
        if name in shares:
            raise InputError(f"brush is {brush!r}: {name} is named twice")
        shares[name], before = float(share), ""
    else:
        if not before:
            return shares
    raise InputError(f"brush is {brush!r}: give each of several brushes a share above 0, as in oil:0.7,chalk:0.3")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
