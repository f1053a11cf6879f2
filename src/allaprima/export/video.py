"""Films: the painting stroke by stroke, in painting order, from bare paper to the finished picture."""

from __future__ import annotations

import math
import struct
import warnings
from abc import ABC, abstractmethod
from collections.abc import Collection
from contextlib import suppress
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import GifImagePlugin, Image

from ..rendering.compositing import pixels
from ..rendering.drawing import Drawing, Picture
from ..strokes import PlacedStrokes
from .writer import Job, Writer

HELD = 0.1  # of a film shows the finished picture
HELD_SECONDS = 0.5  # or more
PACE = 2  # the share that is painted is the share of time to this power: single strokes first, many at the end
FIRST = 0.2  # of a stroke under way: shorter ones, which the neural brush has hardly met, spread
THREADS = 2  # of the encoders: fixed, for their number changes the bytes


class Film(Writer):
    """The painting as it grows. What falls between two moments repeats, or shows the next stroke under way."""

    def __init__(self, job: Job, path: Path) -> None:
        super().__init__(job, path)
        kind = ENCODERS[path.suffix.lower()]
        columns = 2 if job.photo else 1
        scale = min(1.0, kind.most / max(columns * job.width, job.height))
        self.size = max(1, round(job.width * scale)), max(1, round(job.height * scale))
        self.photo = pixels(job.photo.at(*self.size)) if job.photo else None
        fps = Fraction(min(job.export.fps, kind.fastest)).limit_denominator(1001)
        self.shares = timeline(len(job.painting), job.export.seconds, fps)
        self.encoder = kind(job, path, columns * self.size[0], self.size[1], fps)

    @property
    def moments(self) -> Collection[int]:
        return self.shares.keys()

    def see(self, drawing: Drawing, moment: int) -> None:
        shares = self.shares[moment]
        still = shares.count(0.0) if self.job.export.brush_motion else len(shares)
        if still:
            self.show(drawing.picture(), still)
        for share in shares[still:]:
            self.show(drawing.glance(begun(drawing.strokes[moment : moment + 1], share)))

    def show(self, picture: Picture, times: int = 1) -> None:
        """One picture of the film, for so many frames."""
        if picture.shape[1::-1] != self.size:
            picture = np.asarray(Image.fromarray(picture).resize(self.size, Image.Resampling.BOX))
        self.encoder.add(picture if self.photo is None else np.concatenate([self.photo, picture], 1), times)

    def finish(self) -> None:
        self.encoder.finish()

    def __exit__(self, *_: object) -> None:
        self.encoder.close()


def timeline(strokes: int, seconds: float, fps: Fraction) -> dict[int, list[float]]:
    """What each frame shows: so many whole strokes, by which the frames are grouped, and the share of the next one."""
    total = max(2, round(seconds * fps))
    growing = total - min(max(1, round(HELD * total), math.ceil(HELD_SECONDS * fps)), total // 2)
    shown: dict[int, list[float]] = {}
    for frame in range(total):
        whole, rest = divmod(strokes * min(frame, growing) ** PACE, growing**PACE)
        shown.setdefault(whole, []).append(rest / growing**PACE)
    return shown


def begun(strokes: PlacedStrokes, share: float) -> PlacedStrokes:
    """Strokes under way, ``share`` in (0, 1): their curves up to there, ending with the pressure they have there."""
    t = torch.tensor([0.5, 1], dtype=strokes.size.dtype) * (FIRST + share * (1 - FIRST))
    (control_x, control_y), (end_x, end_y) = (point.unbind(1) for point in strokes.curve(t).unbind(1))
    pressure = strokes.pressure_at(t[1:])[:, 0] / 0.8
    return strokes.change(control_x=control_x, control_y=control_y, end_x=end_x, end_y=end_y, pressure=pressure)


class Encoder(ABC):
    """Pictures ``(height, width, 3)``, one after the other, to a file."""

    most = 1920  # px of the long side
    fastest = 120.0  # frames a second

    def __init__(self, job: Job, path: Path, width: int, height: int, fps: Fraction) -> None:
        self.width, self.height, self.fps = width, height, fps

    @abstractmethod
    def add(self, picture: Picture, times: int) -> None:
        """The next picture, for so many frames."""

    @abstractmethod
    def finish(self) -> None:
        """No more."""

    @abstractmethod
    def close(self) -> None:
        """Whatever happened; a second time does nothing."""


class Codec(NamedTuple):
    """What FFmpeg is told for a kind of file."""

    name: str
    options: dict[str, str]
    container: dict[str, str]


CODECS = {
    # H.264. To look ahead, and to make frames from later ones, would take much memory and gain nothing: paint stays
    # where it is. The table of contents comes first, so that a browser can begin before all is there.
    ".mp4": Codec(
        "libx264",
        {"preset": "veryfast", "crf": "18", "bf": "0", "rc-lookahead": "2"},
        {"fflags": "+bitexact", "movflags": "+faststart"},
    ),
    # VP9. The container would draw a number by lot.
    ".webm": Codec(
        "libvpx-vp9",
        {"deadline": "realtime", "cpu-used": "6", "crf": "24", "b": "0", "lag-in-frames": "0"},
        {"fflags": "+bitexact"},
    ),
}
BT709 = 1  # matrix, primaries and curve of the colours, by FFmpeg's numbers: browsers take it for sRGB
VIDEO_RANGE = 1  # 16 to 235
ACCURATE = 0x40004  # SWS_BICUBIC | SWS_ACCURATE_RND: without it pictures become darker by one of 255


class Video(Encoder):
    """By FFmpeg's codecs."""

    def __init__(self, job: Job, path: Path, width: int, height: int, fps: Fraction) -> None:
        super().__init__(job, path, width, height, fps)
        import av  # an extra

        codec = CODECS[path.suffix.lower()]
        self.av, self.frames = av, 0
        self.file = av.open(str(path), "w", container_options=codec.container)
        self.stream = cast(Any, self.file.add_stream(codec.name, rate=fps, options=codec.options))
        self.stream.pix_fmt = "yuv420p"
        self.stream.width, self.stream.height = width + width % 2, height + height % 2  # colour has half as many
        context = self.stream.codec_context
        context.thread_count, context.color_range = THREADS, VIDEO_RANGE
        context.colorspace = context.color_primaries = context.color_trc = BT709

    def add(self, picture: Picture, times: int) -> None:
        if self.height % 2 or self.width % 2:
            picture = np.pad(picture, ((0, self.height % 2), (0, self.width % 2), (0, 0)), "edge")
        frame = self.av.VideoFrame.from_ndarray(picture, "rgb24").reformat(
            format="yuv420p", dst_colorspace=BT709, dst_color_range=VIDEO_RANGE, interpolation=ACCURATE
        )
        frame.time_base = 1 / self.fps
        for _ in range(times):
            frame.pts = self.frames
            self.file.mux(self.stream.encode(frame))
            self.frames += 1

    def finish(self) -> None:
        self.file.mux(self.stream.encode())
        self.file.close()

    def close(self) -> None:
        with suppress(self.av.FFmpegError):  # something else went wrong before
            self.file.close()


class Patches(Encoder):
    """A file of patches, each laid over what was shown before. Pillow keeps all pictures of a film in memory until it
    writes: so the file is put together here, and Pillow encodes the patches.
    """

    units: int  # in a second
    longest: int  # units that a patch can be shown

    def __init__(self, job: Job, path: Path, width: int, height: int, fps: Fraction) -> None:
        super().__init__(job, path, width, height, fps)
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

    def __init__(self, job: Job, path: Path, width: int, height: int, fps: Fraction) -> None:
        palette = colors_for(job, self.clear)
        super().__init__(job, path, width, height, fps)
        self.palette = Image.new("P", (1, 1))
        self.palette.putpalette(palette)
        self.file.write(struct.pack("<6s2H3B", b"GIF89a", width, height, 0xF7, 0, 0) + bytes(palette))
        self.file.write(b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")  # again and again

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

    def __init__(self, job: Job, path: Path, width: int, height: int, fps: Fraction) -> None:
        super().__init__(job, path, width, height, fps)
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


def colors_for(job: Job, many: int) -> list[int]:
    """A palette of 256 colours, red, green, blue, of which the first ``many`` may be used."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of other brushes: it is told once
        finished = torch.from_numpy(job.painting.render(96, brushes=job.brushes)).permute(2, 0, 1) / 255
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


ENCODERS: dict[str, type[Encoder]] = {".mp4": Video, ".webm": Video, ".gif": Gif, ".webp": WebP}
