"""A film from a file to a file: its scenes, its sound, what is stopped and goes on, and what is no film."""

import json
import signal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image

import allaprima
from allaprima import AllaprimaWarning
from allaprima.app.cli import run
from allaprima.film import reel
from allaprima.film.footage import frames_of, read_footage
from allaprima.film.scenes import find_scenes

from .clips import Frame, pan, read_film, write_film
from .commands import QUICK, assert_one_line, listed, start
from .many import until

pytest.importorskip("av")
pytest.importorskip("cv2")
SETTINGS: dict[str, Any] = {"strokes": 60, "size": 96, "quality": "draft"}
LONGER = [*(word for name, value in SETTINGS.items() for word in (f"--{name}", str(value))), "--processes", "1"]


@pytest.fixture(autouse=True)
def clip(inside: None) -> None:
    """Two scenes of half a second and a little more, in a folder of its own."""
    write_film(Path("in.mp4"), [*pan(8), *pan(8, name="dandelions.jpg")])


def apart(one: list[Frame], other: list[Frame]) -> float:
    """How far films are apart where they are most, of 255."""
    return max(float(np.abs(a.astype(int) - b).mean()) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("suffix", ["mp4", pytest.param("webm", marks=pytest.mark.slow)])
def test_a_film(suffix: str, capsys: pytest.CaptureFixture[str]) -> None:
    """As long as it was, cut where it was, and to be heard."""
    assert run(["film", "in.mp4", "-o", f"out.{suffix}", *QUICK, "--processes", "2"]) == 0
    assert capsys.readouterr().out == f"out.{suffix}\n"
    frames, heard = read_film(Path(f"out.{suffix}"))
    source, _ = read_film(Path("in.mp4"))
    assert len(frames) == 16 and frames[0].shape == (32, 48, 3)
    assert abs(heard - 16 / 12) < 0.1
    small = [frame[1::2, 1::2] for frame in source]
    near = [np.abs(one.astype(int) - other).mean() for one, other in zip(frames, small, strict=True)]
    assert max(near) < 40
    assert np.abs(frames[8].astype(int) - frames[7]).mean() > 2 * np.abs(frames[8].astype(int) - frames[9]).mean()
    assert listed() == ["in.mp4", f"out.{suffix}"]


def test_fewer_frames_and_seconds() -> None:
    command = ["film", "in.mp4", "-o", "out.mp4", *QUICK, "--fps", "6", "--seconds", "0.5", "--boil", "0.5"]
    assert run(command) == 0
    frames, heard = read_film(Path("out.mp4"))
    assert len(frames) == 3 and abs(heard - 0.5) < 0.1
    assert not np.array_equal(frames[0], frames[1])


def test_a_small_film_is_painted_larger() -> None:
    """As large as others, as the help says."""
    assert run(["film", "in.mp4", "-o", "out.mp4", "--strokes", "20", "--quality", "draft", "--seconds", "0.1"]) == 0
    frames, _ = read_film(Path("out.mp4"))
    assert frames[0].shape == (854, 1280, 3)  # an even number, as films have


def assert_whole() -> None:
    """As if nothing had happened."""
    source = list(frames_of(read_footage("in.mp4"), Fraction(12), 96))
    whole = [painting for part in (source[:8], source[8:]) for painting in allaprima.paint_frames(part, **SETTINGS)]
    assert apart(read_film(Path("out.mp4"))[0], [painting.render() for painting in whole]) < 8  # what the codec does
    assert listed() == ["in.mp4", "out.mp4"]


def test_a_stop() -> None:
    """The same command goes on."""
    command = ["film", "in.mp4", "-o", "out.mp4", *LONGER]
    process = start(*command)
    folder = Path("out.mp4.unfinished/scene-00000")
    until(lambda: folder.exists() and any(folder.iterdir()), process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "stopped: what is painted is kept in out.mp4.unfinished; the same command goes on" in err
    assert (folder / "state.safetensors").exists() and not Path("out.mp4").exists()
    process = start(*command)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0 and "going on with what is kept in out.mp4.unfinished" in err, err
    assert_whole()


@pytest.mark.slow
def test_a_kill() -> None:
    """Of the command, whose processes end with it."""
    command = ["film", "in.mp4", "-o", "out.mp4", *LONGER]
    process = start(*command)
    until(lambda: Path("out.mp4.unfinished/scene-00001").exists(), process)
    left = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate()
    assert not psutil.wait_procs(left, timeout=30)[1]
    process = start(*command)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert_whole()


def test_what_is_kept_is_of_another_film(capsys: pytest.CaptureFixture[str]) -> None:
    """Of other settings, or none at all."""
    Path("out.mp4.unfinished").mkdir()
    assert run(["film", "in.mp4", "-o", "out.mp4", *QUICK]) == 2
    assert_one_line(capsys, "out.mp4.unfinished is there, and no film under way: move it, or choose another name")
    stat = Path("in.mp4").stat()
    about = {"film": "in.mp4", "bytes": stat.st_size, "time": int(stat.st_mtime), "strokes": "21"}
    for kept, told in (
        (about, "there is a film under way, out.mp4.unfinished, with another"),
        (about | {"bytes": 1}, "the film in.mp4 is another than when out.mp4.unfinished was begun: delete that folder"),
    ):
        Path("out.mp4.unfinished/film.json").write_text(json.dumps({**kept, "scenes": [[0, 0, 16]]}))
        assert run(["film", "in.mp4", "-o", "out.mp4", *QUICK]) == 2
        assert_one_line(capsys, told)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["gone.mp4", "-o", "a.mp4"], "there is no film gone.mp4"),
        (
            ["bad.mp4", "-o", "a.mp4"],
            "the film bad.mp4 cannot be read (Invalid data found when processing input): if it is whole, make",
        ),
        (["still.jpg", "-o", "a.mp4"], "still.jpg is a photo, and no film: `allaprima paint` paints it"),
        (["still.png", "-o", "a.mp4"], "still.png is a photo, and no film: `allaprima paint` paints it"),
        (["heard.mp4", "-o", "a.mp4"], "the film heard.mp4 has no pictures: give a film"),
        (["in.mp4", "-o", "a.gif"], "the output a.gif is no film: choose from .mp4, .webm"),
        (["in.mp4", "-o", "in.mp4"], "the output in.mp4 is the input itself: choose another name"),
        (["in.mp4", "-o", "bad.mp4"], "bad.mp4 is there already: give another name, or --force to overwrite it"),
        (["in.mp4", "-o", "gone/a.mp4"], "the output folder gone does not exist"),
        (["in.mp4", "-o", "a.mp4", "--fps", "0.5"], "fps is 0.5: choose 1 to 60"),
        (["in.mp4", "-o", "a.mp4", "--boil", "2"], "boil is 2: choose 0 to 1"),
        (["in.mp4", "-o", "a.mp4", "--connected"], "a film cannot be connected"),
        (["in.mp4", "-o", "a.mp4", "--brush", "nobrush"], "nobrush"),
        (["in.mp4", "-o", "a.mp4", "--processes", "0"], "processes is 0: it must be 1 to 256"),
    ],
)
def test_bad_input(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    import av

    Path("bad.mp4").write_bytes(Path("in.mp4").read_bytes()[:200])
    for name in "still.jpg", "still.png":
        Image.fromarray(pan(1)[0]).save(name)
    with av.open("in.mp4") as source, av.open("heard.mp4", "w") as file:
        track = file.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(source.streams.audio[0]):
            if packet.size:
                packet.stream = track
                file.mux(packet)
    before = listed()
    assert run(["film", *arguments]) == 2
    assert_one_line(capsys, told)
    assert listed() == before


def test_frames_at_other_rates() -> None:
    """Each is the one that is to be seen at its time; from the middle on the same as from the beginning."""
    footage = read_footage("in.mp4")
    assert (footage.width, footage.height, footage.fps, footage.sound) == (96, 64, 12.0, True)
    source, _ = read_film(Path("in.mp4"))
    for wanted, count in ((12, 16), (6, 8), (4, 6), (60, 16)):
        rate = footage.rate(wanted)
        frames = list(frames_of(footage, rate, 96))
        assert len(frames) == count
        for number, frame in enumerate(frames):
            assert np.abs(frame.astype(int) - source[int(number * 12 / rate)]).mean() < 3
        part = list(frames_of(footage, rate, 96, count // 2, count))
        assert len(part) == count - count // 2
        assert all(np.array_equal(one, other) for one, other in zip(part, frames[count // 2 :], strict=True))
    assert [scene[1:] for scene in find_scenes(frames_of(footage, Fraction(12), 64), Fraction(12))] == [(0, 8), (8, 16)]
    assert next(frames_of(footage, Fraction(12), 48)).shape == (32, 48, 3)


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.mkv", "libx264", {}),
        ("a.mp4", "libx264", {"g": "10", "bf": "3", "x264-params": "open-gop=1"}),
        ("a.avi", "mpeg4", {}),
        ("a.ts", "libx264", {"g": "10"}),
        ("a.flv", "libx264", {}),
        ("a.mpg", "mpeg2video", {}),
    ],
)
def test_frames_of_other_files(name: str, codec: str, options: dict[str, str]) -> None:
    """Whatever rounds times, and does not tell exactly where a frame is: each frame once, and from the middle on the
    same.
    """
    rate, path = 24 if codec == "mpeg2video" else 12, Path(name)
    write_film(path, pan(30, 2), rate, sound=False, codec=codec, **options)
    footage = read_footage(path)
    frames = list(frames_of(footage, Fraction(rate), 96))
    source, _ = read_film(path)
    assert len(frames) in (29, 30) and all(np.array_equal(*pair) for pair in zip(frames, source, strict=False))
    for first in (1, 7, 13, 20, 28):
        part = list(frames_of(footage, Fraction(rate), 96, first, 29))
        assert len(part) == 29 - first
        assert all(np.array_equal(one, other) for one, other in zip(part, frames[first:], strict=False)), first


def test_frames_that_are_not_equally_long() -> None:
    """Each is seen as long as it is to be; what is beyond the end is not."""
    still, other = pan(2, 40)
    frames = [still] * 30 + [other] * 2
    pictures = [Image.fromarray(frame) for frame in (still, other)]
    pictures[0].save("a.gif", save_all=True, append_images=pictures[1:], duration=[2500, 170], loop=0)
    footage = read_footage("a.gif")
    found = list(frames_of(footage, footage.rate(12), 96, 0, 1000))
    assert abs(len(found) - len(frames)) <= 1
    changes = [at for at, pair in enumerate(pairwise(found)) if not np.array_equal(*pair)]
    assert changes == [29]


def test_sound_that_is_damaged() -> None:
    """What can be read of it is kept."""
    import av

    write_film(Path("a.mkv"), pan(36))
    content = bytearray(Path("a.mkv").read_bytes())
    at = content.rindex(b"\xff\xf8")  # a frame of FLAC begins
    content[at : at + 60] = bytes(60)
    Path("a.mkv").write_bytes(content)
    with av.open("a.mkv") as source, pytest.warns(AllaprimaWarning, match="the sound of a.mkv is damaged"):
        heard = [frame.samples for frame in reel._decoded(source, source.streams.audio[0], Path("a.mkv"))]
    assert 2 < sum(heard) / 44_100 < 3


def test_a_film_that_was_taken_upright() -> None:
    """As telephones do: it lies in the file, and a matrix says how it is turned."""
    level = (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    turned = (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
    content = Path("in.mp4").read_bytes()
    at = content.index(b"tkhd")
    one, other = (b"".join(value.to_bytes(4, "big", signed=True) for value in each) for each in (level, turned))
    place = content.index(one, at)
    Path("turned.mp4").write_bytes(content[:place] + other + content[place + len(one) :])
    footage = read_footage("turned.mp4")
    assert (footage.width, footage.height) == (64, 96)
    frame, source = (
        next(frames_of(footage, Fraction(12), 96)),
        next(frames_of(read_footage("in.mp4"), Fraction(12), 96)),
    )
    assert np.array_equal(frame, np.rot90(source, -1))  # clockwise
