"""Films: what is in them, frame by frame, as PyAV, Pillow and a browser see them."""

import base64
import importlib.util
import re
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

import allaprima
from allaprima import InputError, Painting
from allaprima.export import formats
from allaprima.export.animation import Gif, WebP
from allaprima.export.film import begun, timeline
from allaprima.export.video import Video
from allaprima.rendering.neural_drawing import NeuralDrawing

from .chromium import told
from .conftest import Golden, made, placed

av = pytest.importorskip("av")
KINDS = (".mp4", ".webm", ".gif", ".webp")
SHORT = {"seconds": 2.0, "fps": 10.0}
PAPER = [183, 169, 148]
Shown = list[tuple[NDArray[np.uint8], float]]  # pictures, and the seconds that each is shown


def film(painting: Painting, folder: Path, suffix: str, **options: Any) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"film{suffix}"
    allaprima.write(painting, path, **({"film": suffix == ".webp"} | SHORT | options))
    assert list(folder.iterdir()) == [path]
    return path


def shown(path: Path) -> Shown:
    if path.suffix in (".gif", ".webp"):
        with Image.open(path) as image:
            frames = []
            for index in range(image.n_frames):
                image.seek(index)
                frames.append((np.asarray(image.convert("RGB")), image.info["duration"] / 1000))
            return frames
    with av.open(str(path)) as file:
        rate = file.streams.video[0].average_rate
        return [(frame.to_ndarray(format="rgb24"), float(1 / rate)) for frame in file.decode(video=0)]


def psnr(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(10 * np.log10(255**2 / max(1e-9, np.square(one.astype(float) - other).mean())))


def at(frames: Shown, second: float) -> NDArray[np.uint8]:
    ends = np.cumsum([duration for _, duration in frames])
    return frames[int(np.searchsorted(ends, second, "right"))][0]


@pytest.mark.parametrize("engine", ["neural", "mypaint"])
@pytest.mark.parametrize("suffix", KINDS)
def test_from_paper_to_picture(suffix: str, engine: str, tmp_path: Path) -> None:
    painting = made(12)
    frames = shown(film(painting, tmp_path, suffix, engine=engine))
    picture = painting.render(engine=engine)
    assert sum(duration for _, duration in frames) == pytest.approx(2, abs=0.01)
    assert all(frame.shape == picture.shape for frame, _ in frames)
    assert np.abs(frames[0][0].astype(int) - PAPER).max() <= 6
    assert psnr(frames[-1][0], picture) > 30
    changes = [np.abs(one.astype(int) - two).mean() for (one, _), (two, _) in pairwise(frames)]
    held = sum(duration for frame, duration in frames if psnr(frame, frames[-1][0]) > 36)
    assert max(changes) > 1 and 0.5 <= held < 0.9


@pytest.mark.parametrize(("suffix", "codec"), [(".mp4", "h264"), (".webm", "vp9")])
def test_what_players_are_told(suffix: str, codec: str, tmp_path: Path) -> None:
    path = film(replace(made(5), width=95, height=71), tmp_path, suffix, size=95, fps=23.976)
    with av.open(str(path)) as file:
        (stream,) = file.streams
        context = stream.codec_context
        assert context.name == codec and context.pix_fmt == "yuv420p"
        assert (context.width, context.height) == (96, 72)  # even
        assert stream.average_rate == Fraction(2997, 125)
        frame, *others = file.decode(video=0)
        assert (frame.colorspace, frame.color_range, len(others)) == (1, 1, 47)
        assert float(file.duration) / 1e6 == pytest.approx(2, abs=0.01)
        assert "creation_time" not in file.metadata | stream.metadata
    content = path.read_bytes()
    assert suffix != ".mp4" or content.index(b"moov") < content.index(b"mdat")


def test_golden_frame(golden: Golden, tmp_path: Path) -> None:
    """Halfway, and not only the finished picture; the other kinds of film show the same."""
    frames = {suffix: at(shown(film(made(), tmp_path / suffix, suffix)), 1.05) for suffix in KINDS}
    golden.check("film", frames[".mp4"], 24)
    for frame in frames.values():
        assert psnr(frame, frames[".mp4"]) > 28


@pytest.mark.parametrize("suffix", KINDS)
def test_same_bytes(suffix: str, photo: Path, tmp_path: Path) -> None:
    painting, files = made(10), []
    for name in "ab":
        path = film(painting, tmp_path / name, suffix, photo=photo, beside=True, brush_motion=True)
        files.append(path.read_bytes())
    assert files[0] == files[1]
    assert str(tmp_path).encode() not in files[0] and b".allaprima-" not in files[0]


@pytest.mark.parametrize("suffix", [".mp4", ".gif", ".webp"])
def test_beside_the_photo(suffix: str, photo: Path, painting: Painting, tmp_path: Path) -> None:
    frames = [frame for frame, _ in shown(film(painting, tmp_path, suffix, photo=photo, beside=True))]
    height, width = painting.height, painting.width
    assert {frame.shape for frame in frames} == {(height + height % 2 * (suffix == ".mp4"), 2 * width, 3)}
    with Image.open(photo) as image:
        there = np.asarray(image.convert("RGB").resize((width, height), Image.Resampling.BOX))
    assert min(psnr(frame[:height, :width], there) for frame in frames) > 28
    assert psnr(frames[-1][:height, width:], painting.render()) > 30
    with pytest.raises(InputError, match="needs the photo"):
        film(painting, tmp_path, suffix, beside=True)


@pytest.mark.parametrize("engine", ["neural", "mypaint"])
def test_a_stroke_grows(engine: str, tmp_path: Path) -> None:
    along = {"start_x": 0.1, "start_y": 0.5, "control_x": 0.5, "control_y": 0.4, "end_x": 0.9, "end_y": 0.5}
    values = {name: torch.tensor([value]) for name, value in along.items()}
    places = {"window_x": torch.tensor([10.0]), "window_y": torch.tensor([0.0])}
    one = made(1, window=72)
    even = {name: torch.tensor([0.8]) for name in ("pressure", "entry_pressure")}
    one = replace(one, strokes=one.strokes.change(**values, **places, **even, size=torch.tensor([0.4])))
    frames = [frame.astype(int) for frame, _ in shown(film(one, tmp_path, ".gif", engine=engine, brush_motion=True))]
    grown = [int((np.abs(frame - frames[0]).max(2) > 8).sum()) for frame in frames]
    assert len(frames) == 16 and grown[0] == 0 and 0 < grown[1] < grown[-1] / 2
    assert all(before <= after + grown[-1] / 50 for before, after in pairwise(grown))
    assert len(set(grown)) > 8
    still = film(one, tmp_path, ".gif", engine=engine)
    assert len(shown(still)) == 2
    assert (shown(still)[-1][0] == frames[-1]).all()


def test_a_stroke_under_way_is_on_its_curve() -> None:
    whole = placed(20, 96)
    for share in (0.01, 0.5, 0.999):
        part, t = begun(whole, share), 0.2 + 0.8 * share
        u = torch.linspace(0, 1, 9)
        assert torch.allclose(part.curve(u), whole.curve(u * t), atol=1e-5)
        ends = part.pressure_at(torch.tensor([0.0, 1])), whole.pressure_at(torch.tensor([0.0, t]))
        assert torch.allclose(*ends, atol=1e-5)
        assert (part.color == whole.color).all() and (part.places == whole.places).all()


@pytest.mark.parametrize("strokes", [0, 1, 40, 5000])
@pytest.mark.parametrize(("seconds", "fps"), [(10, 30), (0.1, 1), (1, 24), (0.4, 10), (60, 1)])
def test_timeline(strokes: int, seconds: float, fps: int) -> None:
    frames = [(whole, share) for whole, shares in timeline(strokes, seconds, Fraction(fps)).items() for share in shares]
    assert len(frames) == max(2, round(seconds * fps))
    assert frames[0] == (0, 0) and frames[-1] == (strokes, 0) and frames == sorted(frames)
    assert all(0 <= share < 1 for _, share in frames)
    held = sum(whole == strokes for whole, _ in frames) / fps if strokes else len(frames) / fps
    assert held >= min(0.5, len(frames) // 2 / fps) and (
        not strokes or held <= max(0.5, seconds / 2, 1 / fps) + 1 / fps
    )
    speed = np.diff([whole + share for whole, share in frames][: -max(1, round(held * fps))])
    assert (np.diff(speed) > -1e-9).all()  # never slower


def test_single_strokes_can_be_followed_at_first() -> None:
    wholes = list(timeline(1000, 10, Fraction(30)))
    assert wholes[:6] == [0, 1, 2, 3, 4, 5] and wholes[-1] - wholes[-2] > 5


@pytest.mark.parametrize("suffix", KINDS)
@pytest.mark.parametrize(("size", "count"), [(1, 2), (17, 0), (2400, 1)])
def test_any_size(suffix: str, size: int, count: int, tmp_path: Path) -> None:
    frames = shown(film(made(count), tmp_path, suffix, size=size, seconds=0.4, fps=5))
    height, width, _ = frames[0][0].shape
    most = (Gif if suffix == ".gif" else WebP if suffix == ".webp" else Video).most
    assert max(width, height) == min(most, size + (size % 2 if suffix in (".mp4", ".webm") else 0))
    assert len(frames) == (2 if count or suffix in (".mp4", ".webm") else 1)
    assert sum(duration for _, duration in frames) == pytest.approx(0.4, abs=0.001)


def test_long_gifs_and_few_colours(tmp_path: Path) -> None:
    """A picture is shown longer than the format can count; the paper is the only colour."""
    frames = shown(film(made(0), tmp_path, ".gif", seconds=1500, fps=1))
    assert sum(duration for _, duration in frames) == pytest.approx(1500)
    assert all((frame == PAPER).all() for frame, _ in frames)


def test_gifs_stay_sane(tmp_path: Path) -> None:
    frames = shown(film(made(), tmp_path, ".gif", fps=120))
    assert min(duration for _, duration in frames) >= 0.05


def test_several_files_in_one_pass(tmp_path: Path) -> None:
    painting = made(6)
    paths = [tmp_path / name for name in ("a.gif", "b.mp4", "c.png")]
    from allaprima.export.export import Export
    from allaprima.export.write import write_all

    write_all(painting, paths, export=Export(**SHORT))
    assert psnr(shown(paths[1])[-1][0], painting.render()) > 30
    assert (np.asarray(Image.open(paths[2])) == painting.render()).all()


@pytest.mark.parametrize("suffix", KINDS)
@pytest.mark.parametrize("failure", [OSError("disk"), KeyboardInterrupt()])
def test_what_fails_leaves_nothing(
    suffix: str, failure: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw, calls = NeuralDrawing.draw, 0

    def fail(self: NeuralDrawing, first: int, last: int, on_progress: Any = None) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise failure
        draw(self, first, last, on_progress)

    monkeypatch.setattr(NeuralDrawing, "draw", fail)
    path = tmp_path / f"film{suffix}"
    path.write_text("old")
    with pytest.raises(type(failure)):
        allaprima.write(made(), path, film=True, **SHORT)
    assert list(tmp_path.iterdir()) == [path] and path.read_text() == "old"


@pytest.mark.parametrize("suffix", KINDS)
def test_what_cannot_begin_leaves_nothing(suffix: str, tmp_path: Path) -> None:
    foreign = made(3)
    foreign = replace(foreign, brushes=(replace(foreign.brushes[0], name="mine"),))
    with pytest.raises(InputError, match="brush 'mine' does not ship"):
        film(foreign, tmp_path, suffix)
    assert not list(tmp_path.iterdir())


def test_without_av(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(formats, "find_spec", lambda name: None if name == "av" else find(name))
    for suffix in (".mp4", ".webm"):
        with pytest.raises(InputError, match=r"needs av: .*pip install av; .*\.gif"):
            film(made(1), tmp_path, suffix)
    assert len(shown(film(made(1), tmp_path, ".gif"))) == 2


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"seconds": 0}, "seconds is 0: choose 0.1 to 3600"),
        ({"seconds": float("nan")}, "seconds is nan"),
        ({"fps": 500}, "fps is 500: choose 1 to 120"),
        ({"fps": "fast"}, "fps is 'fast': it must be a number"),
        ({"brush_motion": 1}, "brush_motion is 1: it must be true or false"),
    ],
)
def test_bad_values(options: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=re.escape(told)):
        film(made(1), tmp_path, ".mp4", **options)
    assert not list(tmp_path.iterdir())


PAGE = """<video id=v muted src="data:video/%s;base64,%s"></video><script>
const tell = seen => fetch("/", {method: "POST", body: JSON.stringify(seen)});
const look = () => {
  const canvas = document.createElement("canvas");
  canvas.width = v.videoWidth; canvas.height = v.videoHeight;
  canvas.getContext("2d").drawImage(v, 0, 0);
  const seen = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  if (!seen[3]) return setTimeout(look, 50);  // clear: the frame is not decoded yet
  tell({width: v.videoWidth, height: v.videoHeight, at: v.currentTime, length: v.duration, pixels: Array.from(seen)});
};
v.oncanplaythrough = () => { v.oncanplaythrough = null; v.currentTime = v.duration - 0.2 };
v.onseeked = look;
v.onerror = () => tell({error: v.error.message});
</script>"""


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_browsers_play_it(suffix: str, tmp_path: Path) -> None:
    painting = made(12)
    path = film(painting, tmp_path / "film", suffix, size=96)
    seen = told(PAGE % (suffix[1:], base64.b64encode(path.read_bytes()).decode()), tmp_path)
    assert "error" not in seen, seen
    assert (seen["width"], seen["height"], seen["length"]) == (96, 72, pytest.approx(2, abs=0.01))
    picture = np.array(seen["pixels"], np.uint8).reshape(72, 96, 4)[..., :3]
    assert psnr(picture, painting.render()) > 30
    assert np.abs(picture.mean((0, 1)) - painting.render().mean((0, 1))).max() < 2  # the colours are those of sRGB
