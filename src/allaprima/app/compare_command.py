"""The command that compares: how like a photo pictures are."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InputError, to_install
from ..export.formats import is_painting
from ..rendering.rendering import Rendering
from .learn_commands import VGG
from .terminal import for_stdout, loading, patient

if TYPE_CHECKING:
    from ..image.photo import Photo

PICTURES = typer.Argument(metavar="PICTURE", help="Pictures, or .painting.json files.", show_default=False)
SIZE = typer.Option(help="Long side in pixels at which they are compared.")

JSON = typer.Option("--json", help="Tell it as JSON, for programs.")


def compare(
    photo: Annotated[Path, typer.Argument(help="The photo.")],
    pictures: Annotated[list[Path], PICTURES],
    size: Annotated[int, SIZE] = 256,
    vgg_weights: Annotated[Path | None, VGG] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Tell how like a photo pictures are: PSNR, SSIM and feature distance. Needs the extra `compare`."""
    try:
        with loading():
            from ..image.photo import read_photo
            from ..perception.features import load_features
            from ..perception.metrics import figures
    except ModuleNotFoundError:
        raise InputError(f"comparing needs scikit-image: {to_install('scikit-image')}") from None

    Rendering(size=size)  # refuses one that cannot be
    name = "vgg16" if vgg_weights else "pocket"
    network = load_features(name, vgg_weights=vgg_weights)
    original = read_photo(photo)
    width, height = original.canvas(size)
    seen = [_read(path) for path in pictures]
    for path, picture in zip(pictures, seen, strict=True):
        _check_shape(path, picture, photo, original, size)
    target, column = original.at(width, height), max(len(str(path)) for path in pictures)
    told: list[dict[str, str | float]] = []
    for path, picture in zip(pictures, seen, strict=True):
        found = figures(picture.at(width, height), target, network)
        told.append({"picture": str(path), "size": size, "network": name, **asdict(found)})
        if not as_json:
            named = f"{for_stdout(path):{column}}"
            print(f"{named}  {found.psnr:6.2f} dB  SSIM {found.ssim:6.3f}  {name} {found.features:6.3f}")
    if as_json:
        print(json.dumps(told, indent=1))


def _read(path: Path) -> Photo:
    """A picture, or a painting as its brushes draw it at its canvas' size."""
    from ..image.photo import read_photo
    from ..painting.painting import Painting

    if not is_painting(path):
        return read_photo(path)
    with patient():
        return read_photo(Painting.load(path).render())


def _check_shape(path: Path, picture: Photo, photo_path: Path, photo: Photo, size: int) -> None:
    """Raise InputError unless the picture has the photo's shape, but for the pixel that rounding can make, at ``size``
    or at its own size if that is smaller.
    """
    longest = min(size, max(picture.width, picture.height))
    sides = zip(picture.canvas(longest), photo.canvas(longest), strict=True)
    if any(abs(mine - other) > 1 for mine, other in sides):
        raise InputError(
            f"the picture {path} is {picture.width}x{picture.height} px and the photo {photo_path} "
            f"{photo.width}x{photo.height}: give pictures of the photo's shape"
        )


COMMANDS: tuple[Callable[..., None], ...] = (compare,)
