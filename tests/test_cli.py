"""The command line as a person meets it: results, exit codes, and one line for what is wrong."""

import re
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from allaprima import Painting
from allaprima.app.cli import run

from .commands import QUICK, assert_one_line, assert_told, listed, start
from .conftest import picture_size

pytestmark = pytest.mark.usefixtures("inside")

MISSING = "mps" if torch.cuda.is_available() else "cuda"


def test_paint_and_render(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = ["a.png", "b.jpg", "C.JPEG", "d.painting.json"]
    flags = [word for name in outputs for word in ("-o", name)]
    assert run(["paint", str(photo), *QUICK, *flags, "--output-size", "90"]) == 0
    shown = capsys.readouterr()
    assert shown.out.split() == outputs
    larger = "larger: allaprima render d.painting.json -o a-180.png --size 180"
    assert re.search(rf"20 strokes on 48x32 px in \d+ s; {larger}\n$", shown.err) and "dB" not in shown.err
    assert [picture_size(name) for name in outputs[:3]] == [(90, 60)] * 3
    assert len(Painting.load("d.painting.json")) == 20
    assert run(["render", "d.painting.json", "-o", "e.png", "--size", "90"]) == 0
    assert Path("e.png").read_bytes() == Path("a.png").read_bytes()
    for name, engine in (("f.png", "real"), ("g.png", "mypaint"), ("h.png", "neural")):
        assert run(["render", "d.painting.json", "-o", name, "--engine", engine]) == 0
        assert picture_size(name) == (48, 32)
    assert Path("f.png").read_bytes() == Path("g.png").read_bytes() != Path("h.png").read_bytes()
    assert listed() == sorted([*outputs, "e.png", "f.png", "g.png", "h.png"])


@pytest.mark.parametrize("arguments", [[], ["--engine", "mypaint", "--brush", "oil"]], ids=["oil", "mypaint"])
def test_without_output(arguments: list[str], photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["paint", str(photo), *QUICK, *arguments]) == 0
    assert capsys.readouterr().out == "chelsea-painted.png\nchelsea-painted.painting.json\n"
    assert picture_size("chelsea-painted.png") == (48, 32)


def test_brushes_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["brushes"]) == 0 and run(["--version"]) == 0
    out = capsys.readouterr().out
    assert "flat         oil paint, broad with straight ragged ends: planes\n" in out and "allaprima 0.1.0" in out
    assert "dB" not in out
    assert run(["brushes", "--verbose"]) == 0
    out = capsys.readouterr().out
    assert "imitates MyPaint's tanda/oil-06-paint, 32.0 dB (MyPaint" in out and "imitates bristle/flat" in out


def bomb() -> bytes:
    """A PNG that says it is 30,000 x 30,000."""
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunks = b"\x89PNG\r\n\x1a\n"
    for name, content in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")):
        chunks += struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
    return chunks


BAD = {
    "gone.jpg": (None, "there is no photo gone.jpg: give the path of a picture file"),
    "empty.jpg": (b"", "is empty"),
    "folder": ("folder", "is a folder"),
    "text.jpg": (b"hello, this is text", "is no picture that can be read"),
    "cut.jpg": ("cut", "is damaged"),
    "one.png": ("one", "is 1x1 px: each side needs at least 8 px"),
    "bomb.png": (bomb(), "is too large"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_photos(name: str, photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content, told = BAD[name]
    path = Path(name)
    if content == "folder":
        path.mkdir()
    elif content == "cut":
        Image.open(photo).save("whole.jpg")
        path.write_bytes(Path("whole.jpg").read_bytes()[:3000])
        Path("whole.jpg").unlink()
    elif content == "one":
        Image.new("RGB", (1, 1)).save(path)
    elif content is not None:
        path.write_bytes(content)  # type: ignore[arg-type]
    before = listed()
    assert run(["paint", name, *QUICK]) == 2
    assert_one_line(capsys, told)
    assert listed() == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--strokes", "0"], "strokes is 0: choose 1 to 20,000"),
        (["--strokes", "-5"], "strokes is -5: choose 1 to 20,000"),
        (["--strokes", "1000000000"], "strokes is 1000000000: choose"),
        (["--strokes", "many"], "--strokes"),
        (["--size", "0"], "size is 0: choose 16 to 8,192"),
        (["--size", "9000"], "size is 9000"),
        (["--output-size", "0"], "size is 0: choose a whole number, 1 to"),
        (["--brush", "classic/dry_brush"], "there is no brush classic/dry_brush: choose from"),
        (["-o", "photo.png/a.png"], "the output folder photo.png is a file"),
        (["--brush", "mop"], "there is no brush mop: choose from calligraphy, chalk, charcoal, dry_brush, "),
        (["--brush", "bad.safetensors"], "the brush bad.safetensors is damaged"),
        (["--quality", "great"], "choose from draft, normal, best"),
        (["--engine", "gimp"], "choose from auto, neural, real, mypaint"),
        (["--device", MISSING], f"there is no device {MISSING}"),
        (["-o", "nowhere/a.png"], "the output folder nowhere does not exist"),
        (["-o", "/proc/a.png"], "nothing can be written in /proc"),
        (["-o", "photo.png"], "is the input itself"),
        (["-o", "./photo.png"], "is the input itself"),
        (["-o", "a.bmp"], "the suffix of a.bmp is unknown: choose from .painting.json, .png, .jpg, .jpeg, .tif"),
        (["-o", "a"], "the suffix of a is unknown"),
        (["--add", "5"], "give it with --resume"),
        (["--resume", "gone.painting.json"], "there is no painting gone.painting.json"),
        (["--min-size", "0.6"], "min_size is 0.6: choose 0 to 0.5"),
        (["--min-size", "0.2", "--max-size", "0.1"], "max_size is 0.1 and min_size 0.2"),
        (["--palette", "0"], "palette is 0: choose 1 to 256 colours"),
        (["--palette", "gone.gpl"], "palette is 'gone.gpl': give a number of colours"),
        (["--style", "gone.png"], "style: there is no picture gone.png"),
        (["--style-weight", "-1"], "style_weight is -1: choose 0 to 100"),
        (["--focus", "gone.png"], "focus: there is no picture gone.png"),
        (["--background", "#12"], "background is '#12': a colour must look like #b7a994"),
        (["--brush", "oil:0.7,chalk"], "give each of several brushes a share above 0"),
        (["--loss", "size"], "choose from pixel, features, both"),
        (["--loss", "both", "--features", "vgg16", "--vgg-weights", "gone.pth"], "gone.pth"),
        (["photo.png", "-o", "a.png"], "there are 2 photos and a.png is one file: give a folder"),
        (["photo.png"], "would both become photo-painted.png"),
        (["-o", "a.png", "-o", "a.png"], "a.png is given twice"),
        (["-o", "a.png", "--preview", "a.png"], "a.png is given twice"),
        (["--preview", "a.painting.json"], "the preview a.painting.json is no picture: choose from .png"),
        (["--preview", "nowhere/a.png"], "the output folder nowhere does not exist"),
        (["--mood", "sad"], "choose from oil, flow, dots, painterly, likeness"),
        (["-o", "there.png", "-o", "b.png"], "there.png is a folder"),
        (["--wrong"], "--wrong"),
    ],
)
def test_bad_options(arguments: list[str], told: str, photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("photo.png").write_bytes(photo.read_bytes())
    Path("bad.safetensors").write_bytes(b"damaged")
    Path("there.png").mkdir()
    before = listed()
    began = time.monotonic()
    assert run(["paint", "photo.png", *arguments]) == 2
    assert time.monotonic() - began < 5
    assert_one_line(capsys, told)
    assert listed() == before
    assert Path("photo.png").read_bytes() == photo.read_bytes()


@pytest.mark.parametrize("content", [b"", b"no json", b"{}", b"\xff\xfe", b'{"format": "allaprima.painting"}'])
def test_bad_paintings(content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.painting.json").write_bytes(content)
    assert run(["render", "bad.painting.json", "-o", "a.png"]) == 2
    assert_one_line(capsys, "bad.painting.json")
    assert listed() == ["bad.painting.json"]
    assert run(["render", "gone.painting.json", "-o", "a.png"]) == 2
    assert_one_line(capsys, "there is no painting gone.painting.json")


def test_other_commands_refuse_too(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, told in (
        (["strokes", "data", "--brush", "no/brush"], "there is no MyPaint brush no/brush"),
        (["strokes", "data", "--brush", "classic/dry_brush", "--count", "0"], "count is 0"),
        (["strokes", "data", "--brush", "classic/dry_brush", "--processes", "-1"], "processes is -1"),
        (["strokes", "data"], "give one of --brush, --import and --export"),
        (
            ["train", "data", "-o", "a.safetensors"],
            "data is no folder of strokes: draw some with `allaprima strokes data --brush",
        ),
        (["train", "data", "-o", "a.pt"], "must end in .safetensors"),
        (["train", "data", "-o", "a.safetensors", "--steps", "0"], "steps is 0"),
        (["train", "data", "-o", "a.safetensors", "--stages", "one"], "stages is 'one': choose 1, 1,2 or 1,2,3"),
        (["paint"], "PHOTO"),
        (["dance"], "dance"),
    ):
        assert run(arguments) == 2
        assert_one_line(capsys, told)
    assert listed() == []


def test_no_traceback_from_a_real_process(photo: Path) -> None:
    process = start("paint", str(photo), "--strokes", "0")
    out, err = process.communicate()
    assert (process.returncode, out, err) == (2, "", "allaprima: strokes is 0: choose 1 to 20,000\n")


def test_warnings_are_one_line(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["paint", str(photo), *QUICK, "-o", "a.painting.json"]) == 0
    text = Path("a.painting.json").read_text()
    Path("a.painting.json").write_text(re.sub("sha256:[0-9a-f]{64}", "sha256:feed", text))
    capsys.readouterr()
    assert run(["render", "a.painting.json", "-o", "a.png"]) == 0
    assert_told(capsys, "painted with other weights (flat sha256:feed) than those that draw")
    assert run(["render", "a.painting.json", "-o", "b.png", "--brush", "oil"]) == 0
    assert_told(capsys, "(oil sha256:")


def test_strange_names(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "日本 [b] 'x'.png"
    Path(name).write_bytes(photo.read_bytes())
    assert run(["paint", *QUICK, "--", name]) == 0
    assert capsys.readouterr().out == "日本 [b] 'x'-painted.png\n日本 [b] 'x'-painted.painting.json\n"
    assert run(["paint", *QUICK, "-o", "n" * 240 + ".png", "--", name]) == 0
    assert run(["paint", *QUICK, "-o", "m" * 250 + ".png", "--no-painting", "--", name]) == 0
    Path("-x.png").write_bytes(photo.read_bytes())
    assert run(["paint", *QUICK, "--", "-x.png"]) == 0
    process = start("paint", *QUICK, "--", name, before="import os; os.environ['PYTHONIOENCODING'] = 'cp1252'")
    process.communicate(timeout=60)
    assert process.returncode == 0
    capsys.readouterr()
    for bad in ("a\nb.jpg", "n" * 300 + ".jpg"):
        assert run(["paint", bad]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_an_output_that_is_a_link(photo: Path) -> None:
    Path("real.png").write_bytes(b"old")
    Path("real.png").chmod(0o600)
    Path("link.png").symlink_to("real.png")
    assert run(["paint", str(photo), *QUICK, "-o", "link.png", "--force"]) == 0
    assert Path("link.png").is_symlink() and picture_size("real.png") == (48, 32)
    assert Path("real.png").stat().st_mode & 0o777 == 0o600


def test_several_photos(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In one run, into a folder; a bad one is told and passed over."""
    for name in ("a.png", "c.png"):
        Path(name).write_bytes(photo.read_bytes())
    Path("b.jpg").write_bytes(b"no picture")
    assert run(["paint", "a.png", "b.jpg", "c.png", *QUICK, "-o", "made"]) == 2
    shown = capsys.readouterr()
    names = [f"{name}-painted{suffix}" for name in "ac" for suffix in (".png", ".painting.json")]
    assert shown.out.split() == [f"made/{name}" for name in names]
    assert "the photo b.jpg is no picture" in shown.err and "1 of 3 photos could not be painted" in shown.err
    assert sorted(path.name for path in Path("made").iterdir()) == sorted(names)
    assert run(["paint", "a.png", "c.png", *QUICK]) == 0
    assert {"a-painted.png", "c-painted.png"} <= set(listed())


def test_more_strokes(photo: Path) -> None:
    assert run(["paint", str(photo), *QUICK, "-o", "a.painting.json"]) == 0
    Image.fromarray(np.pad(np.full((32, 24), 255, np.uint8), ((0, 0), (0, 24)))).save("mask.png")
    more = ["--resume", "a.painting.json", "--add", "7", "--focus", "mask.png", "-o", "b.painting.json"]
    assert run(["paint", str(photo), *more]) == 0
    first, then = Painting.load("a.painting.json"), Painting.load("b.painting.json")
    assert len(then) == 27 and (then.strokes[:20].actions == first.strokes.actions).all()
