"""Films by FFmpeg's codecs: ``.mp4`` and ``.webm``. Needs the ``video`` extra."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np

from ..rendering.drawing import Picture
from .film import Encoder, Film

THREADS = 2  # of the encoders: fixed, for their number changes the bytes


class Codec(NamedTuple):
    """What FFmpeg is told for a kind of file."""

    name: str
    options: dict[str, str]
    container: dict[str, str]


# H.264. To look ahead, and to make frames from later ones, would take much memory and gain nothing: paint stays where
# it is. The table of contents comes first, so that a browser can begin before all is there.
H264 = Codec(
    "libx264",
    {"preset": "veryfast", "crf": "18", "bf": "0", "rc-lookahead": "2"},
    {"fflags": "+bitexact", "movflags": "+faststart"},
)
# The container would draw a number by lot.
VP9 = Codec(
    "libvpx-vp9",
    {"deadline": "realtime", "cpu-used": "6", "crf": "24", "b": "0", "lag-in-frames": "0"},
    {"fflags": "+bitexact"},
)
BT709 = 1  # matrix, primaries and curve of the colours, by FFmpeg's numbers: browsers take it for sRGB
VIDEO_RANGE = 1  # 16 to 235
ACCURATE = 0x40004  # SWS_BICUBIC | SWS_ACCURATE_RND: without it pictures become darker by one of 255


class Video(Encoder):
    """By one of FFmpeg's codecs."""

    codec: Codec

    def __init__(self, path: Path, width: int, height: int, fps: Fraction) -> None:
        super().__init__(path, width, height, fps)
        import av  # an extra

        codec = self.codec
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


class Mp4(Video):
    codec = H264


class WebM(Video):
    codec = VP9


class Mp4Film(Film):
    kind = Mp4


class WebMFilm(Film):
    kind = WebM
