"""How like a photo a picture is: the figures, and the command that tells them."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageFilter

from allaprima import InputError, Painting
from allaprima.app.cli import run
from allaprima.image.photo import read_photo
from allaprima.perception import metrics as compare
from allaprima.perception.features import load_features

from .commands import assert_one_line

LINE = r"^(\S+) +(-?[\d.]+) dB  SSIM +(-?[\d.]+)  pocket +([\d.]+)$"


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[tuple[str, float, float, float]]:
    """What the command says of each picture: name, PSNR, SSIM, feature distance."""
    assert run(["compare", *arguments]) == 0
    lines = capsys.readouterr().out.splitlines()
    found = [re.match(LINE, line) for line in lines]
    assert all(found) and len({line.index(" dB") for line in lines}) == 1, lines
    return [(one[1], float(one[2]), float(one[3]), float(one[4])) for one in found if one]


def test_identical_pictures(photo: Path) -> None:
    picture, network = read_photo(photo).at(128, 85), load_features("pocket")
    assert compare.figures(picture, picture, network) == compare.Figures(120.0, 1.0, 0.0)


def test_noise_makes_each_figure_worse(photo: Path) -> None:
    picture, network = read_photo(photo).at(128, 85), load_features("pocket")
    noise = torch.randn(picture.shape, generator=torch.Generator().manual_seed(0))
    found = [compare.figures((picture + much * noise).clamp(0, 1), picture, network) for much in (0.01, 0.05, 0.2)]
    for better, worse in pairwise(found):
        assert better.psnr > worse.psnr and better.ssim > worse.ssim and better.features < worse.features
    assert 39.9 < found[0].psnr < 40.3  # the noise has 40 dB, and clamping takes a little of it


def test_psnr_and_ssim_of_grey() -> None:
    """By hand: no variance, so SSIM is that of the means, 2ab + c over a^2 + b^2 + c, with c = 0.01^2."""
    one, other = torch.full((3, 16, 16), 0.5), torch.full((3, 16, 16), 0.4)
    assert compare.psnr(one, other) == pytest.approx(20, abs=1e-4)
    assert compare.ssim(one, other) == pytest.approx((0.4 + 1e-4) / (0.41 + 1e-4), abs=1e-6)


def test_bad_shapes() -> None:
    one = torch.rand(3, 16, 16)
    for other in (torch.rand(3, 16, 17), torch.rand(1, 16, 16)):
        for measure in (compare.psnr, compare.ssim):
            with pytest.raises(InputError, match="give two of one"):
                measure(one, other)
    with pytest.raises(InputError, match="5x6 is too small for SSIM: at least 7 px"):
        compare.ssim(torch.rand(3, 6, 5), torch.rand(3, 6, 5))
    with pytest.raises(InputError, match="too small for relu5_3"):
        compare.feature_distance(one[:, :9, :9], one[:, :9, :9], load_features("pocket"))


def test_the_command(photo: Path, painting: Painting, capsys: pytest.CaptureFixture[str]) -> None:
    """In the order given; any size of the same shape; paintings are drawn."""
    original = Image.open(photo).convert("RGB")
    original.filter(ImageFilter.GaussianBlur(4)).resize((902, 600)).save("blurred.jpg")
    painting.save("cat.painting.json")
    Image.fromarray(painting.render()).save("cat.png")
    found = told(capsys, str(photo), "blurred.jpg", str(photo), "cat.painting.json", "cat.png", "--size", "128")
    assert [name for name, *_ in found] == ["blurred.jpg", str(photo), "cat.painting.json", "cat.png"]
    blurred, itself, drawn, written = (figures for _, *figures in found)
    assert itself == [120.0, 1.0, 0.0] and drawn == written
    assert 15 < drawn[0] < blurred[0] < 40 and drawn[1] < blurred[1] < 1 and 0 < blurred[2] < drawn[2]


def test_as_json(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same figures, unrounded, for programs."""
    Image.open(photo).convert("RGB").filter(ImageFilter.GaussianBlur(4)).save("blurred.jpg")
    (line,) = told(capsys, str(photo), "blurred.jpg", "--size", "128")
    assert run(["compare", str(photo), "blurred.jpg", str(photo), "--size", "128", "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert (first["picture"], first["size"], first["network"]) == ("blurred.jpg", 128, "pocket")
    assert [first[name] for name in ("psnr", "ssim", "features")] == pytest.approx(line[1:], abs=0.006)
    assert (second["psnr"], second["ssim"], second["features"]) == (120, 1, 0)


def test_bad_input(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.new("RGB", (300, 451)).save("tall.png")
    Path("text.jpg").write_bytes(b"hello, this is text")
    Path("bad.painting.json").write_text("{}")
    shape = f"the picture tall.png is 300x451 px and the photo {photo} 451x300: give pictures of the photo's shape"
    for arguments, expected in (
        ([str(photo), "tall.png"], shape),
        ([str(photo), "gone.png"], "there is no photo gone.png"),
        (["gone.png", str(photo)], "there is no photo gone.png"),
        ([str(photo), "text.jpg"], "is no picture that can be read"),
        ([str(photo), "bad.painting.json"], "the painting bad.painting.json is damaged"),
        ([str(photo), str(photo), "--size", "0"], "the picture's size is 0: choose a whole number, 1 to 32,768 px"),
        ([str(photo), str(photo), "--size", "10"], "a canvas of 10x7 px is too narrow"),
        ([str(photo), str(photo), "--size", "20"], "a picture of 20x13 is too small for relu5_3: at least 16 px"),
        ([str(photo), str(photo), "--vgg-weights", "gone.pth"], "there is no weights file gone.pth"),
        ([str(photo)], "PICTURE"),
    ):
        assert run(["compare", *arguments]) == 2, arguments
        assert_one_line(capsys, expected)
