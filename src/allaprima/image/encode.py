"""Plain pictures out: how Pillow writes each of its formats."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image

from ..files import written_aside

OPTIONS: dict[str, dict[str, Any]] = {  # by Pillow's name of the format
    "PNG": {},
    "JPEG": {"quality": 95, "subsampling": 0},
    "TIFF": {"compression": "tiff_adobe_deflate"},
    "WEBP": {"quality": 92, "method": 4},
}


def options_for(suffix: str) -> dict[str, Any]:
    """The arguments with which Pillow saves a picture as a suffix such as ``.jpg`` says."""
    name = Image.registered_extensions()[suffix.lower()]
    return {"format": name, **OPTIONS[name]}


def save_picture(picture: Image.Image, path: Path) -> None:
    """Write a picture, aside first, as its suffix says: PNG, JPEG, TIFF or WebP."""
    with written_aside(path) as aside:
        write_picture(picture, aside, **options_for(path.suffix))


def write_picture(picture: Image.Image, path: Path, **how: Any) -> None:
    """Write a picture with Pillow's arguments; encoded first, as libtiff would not say why it cannot write."""
    content = io.BytesIO()
    picture.save(content, **how)
    path.write_bytes(content.getbuffer())
