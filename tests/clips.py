"""Films that tests of films share: a camera that goes over a photo, and what goes by before a still one."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .conftest import ROOT

Frame = NDArray[np.uint8]
WIDTH, HEIGHT = 96, 64


def photo(name: str, width: int, height: int) -> Frame:
    return np.asarray(
        Image.open(ROOT / "examples" / name).convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    )


def pan(count: int, step: int = 2, name: str = "chelsea.png") -> list[Frame]:
    """A camera that goes to the right by so many px."""
    wide = photo(name, WIDTH + 60, HEIGHT)
    return [np.ascontiguousarray(wide[:, step * k : step * k + WIDTH]) for k in range(count)]


def passer_by(count: int, step: int = 2, side: int = 30) -> list[Frame]:
    """A photo, small, that goes to the right before another."""
    frames, her = [], photo("chelsea.png", side, side)
    for number in range(count):
        frame = photo("raccoon.jpg", WIDTH, HEIGHT).copy()
        frame[60 - side : 60, 8 + step * number : 8 + side + step * number] = her
        frames.append(frame)
    return frames


def write_film(
    path: Path, frames: list[Frame], rate: int = 12, sound: bool = True, codec: str = "libx264", **options: str
) -> None:
    """With a tone as long as the pictures."""
    import av

    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=rate, options={"crf": "12", **options})
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        if sound:
            track = file.add_stream("flac" if path.suffix == ".mkv" else "aac", rate=44_100)
        for frame in frames:
            file.mux(stream.encode(av.VideoFrame.from_ndarray(frame, "rgb24")))
        file.mux(stream.encode())
        if sound:
            tone = np.sin(2 * np.pi * 440 * np.arange(44_100 * len(frames) // rate) / 44_100)
            wave = (tone * 10_000).astype(np.int16)[None]
            heard = av.AudioFrame.from_ndarray(wave, format="s16", layout="mono")
            heard.sample_rate, heard.pts, heard.time_base = 44_100, 0, Fraction(1, 44_100)
            ready = av.AudioResampler(
                track.codec_context.format, "mono", 44_100, track.codec_context.frame_size or None
            )
            for some in [*ready.resample(heard), *ready.resample(None)]:
                file.mux(track.encode(some))
            file.mux(track.encode())


def read_film(path: Path) -> tuple[list[Frame], float]:
    """The frames, and how many seconds are to be heard."""
    import av

    with av.open(str(path)) as file:
        frames = [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]
    heard = 0.0
    with av.open(str(path)) as file:
        if file.streams.audio:
            heard = sum(frame.samples / frame.sample_rate for frame in file.decode(audio=0))
    return frames, heard
