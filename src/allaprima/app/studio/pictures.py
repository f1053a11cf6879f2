"""Pictures as the page gets them: JPEG, in its text or in files beside what they show."""

from __future__ import annotations

import base64
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

AnyPicture = Image.Image | NDArray[np.uint8]


def as_jpeg(picture: AnyPicture, quality: int = 88) -> bytes:
    content = BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.convert("RGB").save(content, "JPEG", quality=quality)
    return content.getvalue()


def as_url(picture: AnyPicture | bytes) -> str:
    """A picture that is its own address."""
    content = picture if isinstance(picture, bytes) else as_jpeg(picture)
    return "data:image/jpeg;base64," + base64.b64encode(content).decode()


def thumbnail(picture: AnyPicture, size: int) -> Image.Image:
    """The same with at most ``size`` px on its long side."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    small = image.copy()
    small.thumbnail((size, size), Image.Resampling.LANCZOS)
    return small
