"""Photos of every kind, read as a person sees them."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image, ImageCms

from allaprima import InputError
from allaprima.image import photo as photos
from allaprima.image.photo import Photo, read_photo

from .conftest import psnr
from .photographs import (
    CORNERS,
    PRIMARIES,
    SAVED,
    cmyk_profile,
    curve,
    decoded,
    deep,
    encoded,
    gray16,
    heic,
    icc,
    known,
    png16,
    rgb_profile,
    saved,
    tiff16,
)

TURNED_BACK = dict(zip(range(2, 9), (0, 3, 1, 5, 2, 6, 4), strict=True))  # EXIF: the Transpose that undoes it


def corners(photo: Photo) -> NDArray[np.int_]:
    """``(2, 2, 3)``: what colour each corner is."""
    seen = photo.at(photo.width, photo.height).permute(1, 2, 0).numpy() * 255
    y, x = photo.height // 4, photo.width // 4
    return seen[y :: 2 * y, x :: 2 * x][:2, :2].round().astype(int)


def assert_like(photo: Photo, expected: Any, tolerance: int = 6) -> None:
    found = corners(photo)
    assert np.abs(found - np.asarray(expected)).max() <= tolerance, found.tolist()


def from_lab(lightness: float, a: float, b: float) -> NDArray[np.float64]:
    y = (lightness + 16) / 116
    xyz = np.array([y + a / 500, y, y - b / 200])
    xyz = np.where(xyz > 6 / 29, xyz**3, 3 * (6 / 29) ** 2 * (xyz - 4 / 29)) * [0.9642, 1, 0.8249]
    return encoded(np.linalg.solve(np.array(PRIMARIES["sRGB"]), xyz))


@pytest.mark.parametrize("name", SAVED)
def test_every_format(name: str, tmp_path: Path) -> None:
    photo = read_photo(saved(known(), tmp_path / name, **SAVED[name]))
    assert (photo.width, photo.height, photo.image.mode) == (48, 32, "RGB")
    assert_like(photo, CORNERS)
    assert photo.sha256 == photos.hash_of((tmp_path / name).read_bytes())


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "tif", "deflate.tif", "avif", "heic"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_turned(kind: str, orientation: int, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    turned = known() if orientation == 1 else known().transpose(Image.Transpose(TURNED_BACK[orientation]))
    path = tmp_path / f"a.{kind}"
    if kind == "heic":
        turned.info["exif"] = exif.tobytes()  # becomes HEIC's own way of saying so: in its EXIF it does not count
        heic(turned, path, exif=exif.tobytes())
    else:
        saved(turned, path, exif=exif, **SAVED.get(kind, SAVED[f"a.{kind.removeprefix('deflate.')}"]))
    photo = read_photo(path)
    assert (photo.width, photo.height) == photo.image.size == (48, 32)
    assert_like(photo, CORNERS, 12)
    if kind in ("jpg", "png"):
        assert_like(read_photo(Image.open(path)), CORNERS)


@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "tif", "avif"])
@pytest.mark.parametrize("name", ["P3", "Adobe"])
def test_wide_gamut(name: str, kind: str, tmp_path: Path) -> None:
    tone = decoded if name == "P3" else lambda value: value ** (563 / 256)
    how = SAVED[f"a.{kind}"] | {"icc_profile": rgb_profile(name, tone)}
    light = tone(CORNERS / 255) @ np.array(PRIMARIES[name]).T
    expected = encoded(light @ np.linalg.inv(PRIMARIES["sRGB"]).T)
    assert np.abs(expected - CORNERS).max() > 20  # what would be wrong without
    path = saved(known(), tmp_path / f"a.{kind}", **how)
    assert_like(read_photo(path), expected)
    assert_like(read_photo(Image.open(path)), expected)
    clear = known()
    clear.putalpha(255)
    assert_like(read_photo(saved(clear, tmp_path / "clear.png", icc_profile=how["icc_profile"])), expected, 2)
    palette = known().quantize(4)
    assert_like(read_photo(saved(palette, tmp_path / "p.png", icc_profile=how["icc_profile"])), expected, 2)


def test_srgb_and_broken_profiles_change_nothing(tmp_path: Path) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8))
    plain = np.asarray(noise)
    own = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    wide = rgb_profile("P3", decoded)
    for profile in (own, rgb_profile("sRGB", decoded), b"none", wide[:300], bytes(400), cmyk_profile()):
        assert np.array_equal(read_photo(saved(noise, tmp_path / "a.png", icc_profile=profile)).image, plain)


def test_cmyk(tmp_path: Path) -> None:
    ink = np.zeros((32, 48, 4), np.uint8)
    ink[:16, :24, 0], ink[:16, 24:, 1], ink[16:, :24, 2], ink[16:, 24:, 3] = 255, 255, 128, 128
    image = Image.frombytes("CMYK", (48, 32), ink.tobytes())
    half = np.mean([(100, 0, 0), (50, 5, -35)], 0)
    expected = [[from_lab(50, 40, 25), from_lab(60, -35, 25)], [from_lab(*half), from_lab(90, 0, 0)]]
    for name in ("a.jpg", "a.tif", "lzw.tif"):
        path = saved(image, tmp_path / name, icc_profile=cmyk_profile(), **SAVED[name])
        assert_like(read_photo(path), expected, 8)
        plain = read_photo(saved(image, tmp_path / name, **SAVED[name]))
        assert_like(plain, [[(0, 255, 255), (255, 0, 255)], [(255, 255, 127), (127, 127, 127)]], 8)
    assert_like(read_photo(saved(image, tmp_path / "a.tif", icc_profile=rgb_profile("P3", decoded))), corners(plain), 8)


def test_lab(tmp_path: Path) -> None:
    lab = np.array([[(50, 40, 25), (60, -35, 25)], [(50, 5, -35), (90, 0, 0)]])
    values = (lab * [2.55, 1, 1]).round().astype(np.int16).astype(np.uint8).repeat(16, 0).repeat(24, 1)
    image = Image.new("LAB", (48, 32))
    image.frombytes(values.tobytes())
    path = saved(image, tmp_path / "a.tif")
    expected = [[from_lab(*color) for color in row] for row in lab]
    assert_like(read_photo(path), expected)


def test_gray_profile(tmp_path: Path) -> None:
    linear = icc(b"mntr", b"GRAY", b"XYZ ", kTRC=curve(lambda value: value))
    gray = known().convert("L")
    expected = encoded(np.asarray(gray)[8::16, 12::24, None] / 255.0)
    assert_like(read_photo(saved(gray, tmp_path / "a.png", icc_profile=linear)), expected, 2)
    clear = gray.convert("LA")
    assert_like(read_photo(saved(clear, tmp_path / "a.png", icc_profile=linear)), expected, 2)
    wide = rgb_profile("sRGB", lambda value: value)
    assert_like(read_photo(saved(gray, tmp_path / "a.png", icc_profile=wide)), expected, 2)


DEEP: dict[str, Callable[[], bytes]] = {
    "rgb.png": lambda: png16(deep()),
    "rgba.png": lambda: png16(np.concatenate([deep(), np.full((32, 48, 1), 65535, np.uint16)], 2)),
    "rgb.ppm": lambda: b"P6 48 32 65535\n" + deep().astype(">u2").tobytes(),
    **{
        f"rgb{order}{planes}.tif": partial(lambda order, planes: tiff16(deep(), order, planes=planes), order, planes)
        for order in "<>"
        for planes in (1, 2)
    },
}


@pytest.mark.parametrize("name", DEEP)
def test_colors_of_16_bits_are_scaled(name: str, tmp_path: Path) -> None:
    path = tmp_path / name.replace("<", "l").replace(">", "b")
    path.write_bytes(DEEP[name]())
    assert_like(read_photo(path), CORNERS, 1)


GRAYS: dict[str, Callable[[], bytes]] = {
    "a.png": lambda: png16(deep(1)),
    "la.png": lambda: png16(np.concatenate([deep(1), np.full((32, 48, 1), 65535, np.uint16)], 2)),
    "little.tif": gray16,
    "big.tif": lambda: gray16(">"),
    "white-is-zero.tif": lambda: gray16(photometric=0),
    "twelve.tif": lambda: gray16(bits=12),
    "a.pgm": lambda: b"P5 48 32 65535\n" + deep(1).astype(">u2").tobytes(),
}


@pytest.mark.parametrize("name", GRAYS)
def test_grays_of_16_bits_are_scaled(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(GRAYS[name]())
    assert_like(read_photo(tmp_path / name), CORNERS[..., :1].repeat(3, 2), 1)


def test_numbers_of_other_depths(tmp_path: Path) -> None:
    gray, expected = np.asarray(known().convert("RGB"))[..., 0], CORNERS[..., :1].repeat(3, 2)
    for top in (1.0, 255.0, 65535.0):
        shares = gray.astype(np.float32) / 255 * top
        shares[0, 0], shares[0, 1], shares[-1, -1] = np.nan, np.inf, top
        assert_like(read_photo(saved(Image.fromarray(shares), tmp_path / "a.tif")), expected, 1)
    whole = gray.astype(np.int32) * 8_000_000
    whole[-1, -1] = 2**31 - 1
    assert_like(read_photo(saved(Image.fromarray(whole), tmp_path / "a.tif")), expected * 0.95, 4)
    dark = np.full((32, 48), 200, ">u2").tobytes()  # of 65,535
    (tmp_path / "a.pgm").write_bytes(b"P5 48 32 65535\n" + dark)
    assert read_photo(tmp_path / "a.pgm").at(48, 32).max() < 0.01


def test_clear_pictures_show_the_background(tmp_path: Path) -> None:
    clear = known()
    clear.putalpha(Image.fromarray(np.uint8([[255, 128], [0, 0]]).repeat(16, 0).repeat(24, 1)))
    flat = known().convert("L")
    flat.putalpha(clear.getchannel("A"))
    hidden = known().quantize(4)
    for name in ("a.png", "a.webp", "a.tif", "a.avif", "a.jp2"):
        path = saved(clear, tmp_path / name, **{"lossless": True} if name == "a.webp" else SAVED[name])
        for background, paper in (("white", 255), ("#000000", 0), ((64, 64, 64), 64)):
            expected = CORNERS * np.array([[[1], [128 / 255]], [[0], [0]]])
            expected = expected + paper * np.array([[[0], [127 / 255]], [[1], [1]]])
            assert_like(read_photo(path, background), expected)
        assert_like(read_photo(Image.open(path), "#000000"), CORNERS * np.array([[[1], [0.5]], [[0], [0]]]))
    assert corners(read_photo(saved(flat, tmp_path / "la.png"), "#00ff00"))[1, 1].tolist() == [0, 255, 0]
    of_blue = np.asarray(hidden)[-1, 0]
    for name in ("p.png", "p.gif"):
        seen = corners(read_photo(saved(hidden, tmp_path / name, transparency=int(of_blue)), "#102030"))
        assert seen[1, 0].tolist() == [16, 32, 48] and np.abs(seen[0] - CORNERS[0]).max() < 8
    with pytest.raises(InputError, match="background is '#12': a colour must look like #b7a994"):
        read_photo(path, "#12")
    with pytest.raises(InputError, match=r"background is \(1, 2, 256\): a colour must have three parts"):
        read_photo(path, (1, 2, 256))


def test_one_bit_and_moving_pictures(tmp_path: Path) -> None:
    black = Image.fromarray(np.uint8([[0, 255], [255, 0]]).repeat(16, 0).repeat(24, 1))
    for name, how in {"a.png": {}, "a.tif": {"compression": "group4"}, "a.pbm": {}, "a.bmp": {}}.items():
        photo = read_photo(saved(black.convert("1"), tmp_path / name, **how))
        assert corners(photo)[..., 0].tolist() == [[0, 255], [255, 0]]
    for name in ("a.gif", "a.webp", "a.png", "a.tif", "a.avif"):
        assert_like(
            read_photo(saved(known(), tmp_path / name, save_all=True, append_images=[Image.new("RGB", (48, 32))])),
            CORNERS,
            12,
        )


def test_heic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = heic(known(), tmp_path / "a.heic")
    assert_like(read_photo(path), CORNERS, 8)
    profile = rgb_profile("P3", decoded)
    light = decoded(CORNERS / 255) @ np.array(PRIMARIES["P3"]).T
    expected = encoded(light @ np.linalg.inv(PRIMARIES["sRGB"]).T)
    assert_like(read_photo(heic(known(), tmp_path / "wide.heic", icc_profile=profile)), expected, 8)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(InputError, match="is too large: 1536 px, and at most 200 are read"):
        read_photo(path)


@pytest.fixture
def large(photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Image.Image:
    monkeypatch.setattr(photos, "MANY", 100_000)
    with Image.open(photo) as picture:
        return picture.convert("RGB").resize((902, 603))


@pytest.mark.parametrize("name", ["a.jpg", "progressive.jpg", "a.png", "a.jp2", "a.j2k", "deflate.tif"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_large_photos_are_reduced(large: Image.Image, name: str, orientation: int, tmp_path: Path) -> None:
    if orientation != 1 and name in ("a.jp2", "a.j2k"):
        pytest.skip("has no EXIF")
    exif = Image.Exif()
    exif[274] = orientation
    path = saved(large, tmp_path / name, exif=exif, **SAVED[name])
    whole, reduced = read_photo(path), read_photo(path, most=40)
    assert reduced.image.width * reduced.image.height * 12 < 902 * 603 and whole.whole() is whole
    assert (reduced.width, reduced.height) == whole.image.size == ((902, 603) if orientation == 1 else (603, 902))
    assert (reduced.sha256, reduced.canvas(512)) == (whole.sha256, whole.canvas(512))
    assert psnr(reduced.at(*reduced.canvas(40)), whole.at(*whole.canvas(40))) > 32
    assert torch.equal(reduced.at(*reduced.canvas(500)), whole.at(*whole.canvas(500)))
    assert torch.equal(reduced.at(1000, 1000), whole.at(1000, 1000))
    assert read_photo(path, most=500).image.size == whole.image.size
    path.write_bytes(path.read_bytes() + b"more")
    with pytest.raises(InputError, match="has changed since it was read"):
        reduced.at(500, 300)
    path.unlink()
    with pytest.raises(InputError, match="there is no photo"):
        reduced.at(500, 300)


def test_a_jpeg_2000_of_few_sizes_is_read_whole(large: Image.Image, tmp_path: Path) -> None:
    path = saved(large, tmp_path / "a.jp2", num_resolutions=1)
    assert read_photo(path, most=40).image.size == (902, 603)


def test_profiles_and_alpha_of_large_photos(
    large: Image.Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large.putalpha(128)
    path = saved(large, tmp_path / "a.png", icc_profile=rgb_profile("Adobe", lambda value: value ** (563 / 256)))
    whole, reduced = read_photo(path, "#102030"), read_photo(path, "#102030", most=40)
    assert reduced.image.size == (181, 121) and psnr(reduced.at(40, 27), whole.at(40, 27)) > 32
    monkeypatch.setattr("allaprima.image.decode.STRIP", 10_000)
    assert np.array_equal(read_photo(path, "#102030").image, whole.image)
    assert np.array_equal(read_photo(path, "#102030", most=40).image, reduced.image)
