"""Films without FFmpeg: ``.gif`` and animated ``.webp``."""

from __future__ import annotations

import struct
import warnings
from abc import abstractmethod
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import GifImagePlugin, Image

from ..rendering.drawing import Picture
from .base import Job
from .film import Encoder, Film


class Patches(Encoder):
    """A file of patches, each laid over what was shown before. Pillow keeps all pictures of a film in memory until it
    writes: so the file is put together here, and Pillow encodes the patches.
    """

    units: int  # in a second
    longest: int  # units that a patch can be shown

    def __init__(self, path: Path, width: int, height: int, fps: Fraction) -> None:
        super().__init__(path, width, height, fps)
        self.frames, self.before = 0, np.empty(0, np.uint8)
        self.file = path.open("wb")

    def add(self, picture: Picture, times: int) -> None:
        begin, end = (round(frame * self.units / self.fps) for frame in (self.frames, self.frames + times))
        self.frames += times
        while begin < end:
            some = min(end - begin, self.longest)
            self.patch(picture, some)
            begin += some

    def changed(self, now: NDArray[np.uint8]) -> tuple[NDArray[np.bool_], int, int, int, int]:
        """Where pixels differ from those before, and the box around: left, top, right, bottom; at least one pixel."""
        if len(self.before) == 0:
            return np.ones(now.shape[:2], bool), 0, 0, self.width, self.height
        differ = now != self.before
        if differ.ndim == 3:
            differ = differ.any(2)
        rows, columns = (np.flatnonzero(differ.any(axis)) for axis in (1, 0))
        if len(rows) == 0:
            return differ, 0, 0, 1, 1
        return differ, int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1

    @abstractmethod
    def patch(self, picture: Picture, units: int) -> None:
        """What changed with this picture, which is shown so long."""

    def close(self) -> None:
        self.file.close()


class Gif(Patches):
    """255 colours, found among those of the strokes and of the picture in small, and one that is clear. No dithering:
    it would flicker.
    """

    most, fastest = 800, 20.0
    units, longest = 100, 0xFFFF
    clear = 255

    def __init__(self, path: Path, width: int, height: int, fps: Fraction, palette: list[int]) -> None:
        super().__init__(path, width, height, fps)
        self.palette = Image.new("P", (1, 1))
        self.palette.putpalette(palette)
        self.file.write(struct.pack("<6s2H3B", b"GIF89a", width, height, 0xF7, 0, 0) + bytes(palette))
        self.file.write(b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")  # again and again

    @classmethod
    def of(cls, job: Job, path: Path, width: int, height: int, fps: Fraction) -> Gif:
        return cls(path, width, height, fps, colors_for(job, cls.clear))

    def patch(self, picture: Picture, units: int) -> None:
        now = np.asarray(Image.fromarray(picture).quantize(palette=self.palette, dither=Image.Dither.NONE))
        differ, left, top, right, bottom = self.changed(now)
        patch = np.where(differ, now, np.uint8(self.clear))[top:bottom, left:right]
        told = {"duration": 10 * units, "transparency": self.clear, "disposal": 1}
        self.file.writelines(GifImagePlugin.getdata(Image.fromarray(patch), (left, top), **told))
        self.before = now

    def finish(self) -> None:
        self.file.write(b";")
        self.file.close()


class WebP(Patches):
    """A RIFF file: its size is filled in at the end."""

    most, fastest = 1280, 60.0
    units, longest = 1000, 0xFFFFFF

    def __init__(self, path: Path, width: int, height: int, fps: Fraction) -> None:
        super().__init__(path, width, height, fps)
        size = _three(width - 1, height - 1)
        self.file.write(b"RIFF\0\0\0\0WEBP" + _chunk(b"VP8X", b"\x02\0\0\0" + size) + _chunk(b"ANIM", bytes(6)))

    def patch(self, picture: Picture, units: int) -> None:
        _, left, top, right, bottom = self.changed(picture)
        left, top = left // 2 * 2, top // 2 * 2  # the format counts in pairs
        encoded = BytesIO()
        Image.fromarray(picture[top:bottom, left:right]).save(encoded, "WEBP", quality=85, method=2)
        where = _three(left // 2, top // 2, right - left - 1, bottom - top - 1, units)
        self.file.write(_chunk(b"ANMF", where + b"\x02" + encoded.getvalue()[12:]))  # in place of what was there
        self.before = picture

    def finish(self) -> None:
        size = self.file.tell() - 8
        self.file.seek(4)
        self.file.write(struct.pack("<I", size))
        self.file.close()


class GifFilm(Film):
    kind = Gif


class WebPFilm(Film):
    kind = WebP


def colors_for(job: Job, many: int) -> list[int]:
    """A palette of 256 colours, red, green, blue, of which the first ``many`` may be used."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of other brushes: it is told once
        finished = torch.from_numpy(job.painting.render(size=96, brushes=job.rendering.brushes)).permute(2, 0, 1) / 255
    seen = [finished, job.painting.paper(32, 32), *([job.photo.at(96, 96)] if job.photo else [])]
    colors = torch.cat([job.painting.strokes.color, *(part.flatten(1).T for part in seen)]) * 255
    found = Image.fromarray(colors.round().byte().numpy()[None]).quantize(many)
    palette = (found.getpalette() or [])[: 3 * many]
    return palette + palette[-3:] * (256 - len(palette) // 3)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack("<4sI", name, len(content)) + content + bytes(len(content) % 2)


def _three(*values: int) -> bytes:
    """Numbers of three bytes."""
    return b"".join(value.to_bytes(3, "little") for value in values)
