"""Photos as other programs leave them: JPEGs without an end, TIFFs of many kinds, PNGs with a gamma."""

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from allaprima import InputError
from allaprima.image.photo import read_photo

from .photographs import CORNERS, SAVED, chunk, deep, known, png16, saved
from .test_photo import assert_like, corners

tifffile = pytest.importorskip("tifffile")
TRAILER = bytes(range(256)) * 30 + b"\xff\x53SEFT"  # holds what is no marker of a JPEG
GRAY = CORNERS[..., :1].repeat(3, 2)


def jpeg(photo: Path, **how: Any) -> bytes:
    stream = io.BytesIO()
    with Image.open(photo) as picture:
        picture.convert("RGB").save(stream, "JPEG", **how)
    return stream.getvalue()


def read(content: bytes, path: Path, most: int | None = None) -> NDArray[np.uint8]:
    path.write_bytes(content)
    return np.asarray(read_photo(path, most=most).image)


JPEGS: dict[str, dict[str, Any]] = {
    "baseline": {},
    "progressive": {"progressive": True},
    "rows": {"restart_marker_rows": 1},
}


@pytest.mark.parametrize("kind", JPEGS)
def test_a_jpeg_without_its_end(kind: str, photo: Path, tmp_path: Path) -> None:
    """The pixels are those of the whole one. A preview that is whole does not stand for the photo's end."""
    whole, path = jpeg(photo, **JPEGS[kind]), tmp_path / "a.jpg"
    small = jpeg(photo, quality=5)
    with_preview = whole[:2] + b"\xff\xe1" + (len(small) + 8).to_bytes(2, "big") + b"Exif\0\0" + small + whole[2:]
    expected = read(whole, path)
    for content in (whole, with_preview):
        for cut in (content[:-2], content[:-1], content + TRAILER, content[:-2] + TRAILER, content[:-1] + b"\xff"):
            assert np.array_equal(read(cut, path), expected)
            assert np.array_equal(read(cut, path, most=64), expected)


@pytest.mark.parametrize("kind", JPEGS)
def test_a_jpeg_that_is_cut_is_refused(kind: str, photo: Path, tmp_path: Path) -> None:
    whole, path = jpeg(photo, **JPEGS[kind]), tmp_path / "a.jpg"
    for cut in (*range(4, 12), *np.random.default_rng(0).integers(12, len(whole) - 700, 20)):
        with pytest.raises(InputError, match="is damaged"):
            read(whole[:-cut], path)


def gray(kind: str) -> NDArray[Any]:
    return (np.asarray(known())[..., 0] / 255 * np.iinfo(kind).max).astype(kind)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", ["i2", "u4", "i4", "u2"])
def test_numbers_have_the_white_of_their_kind(kind: str, order: str, tmp_path: Path) -> None:
    values = gray(kind)
    values[0, 0] = np.iinfo(kind).max
    tifffile.imwrite(tmp_path / "a.tif", values.astype(order + kind), byteorder=order)
    if order + kind == ">u4":
        with pytest.raises(InputError, match=r"a\.tif is a TIFF of 32 bits of an unusual kind: save it with 8 or 16"):
            read_photo(tmp_path / "a.tif")
        return
    assert_like(read_photo(tmp_path / "a.tif"), GRAY, 1)


def test_a_portable_float_map_is_white_at_one(tmp_path: Path) -> None:
    rows = (np.asarray(known())[::-1, :, 0] / 255).astype("<f4")  # from the bottom up
    (tmp_path / "a.pfm").write_bytes(b"Pf\n48 32\n-1.0\n" + rows.tobytes())
    assert_like(read_photo(tmp_path / "a.pfm"), GRAY, 1)


def test_one_value_of_16_bits_is_clear(tmp_path: Path) -> None:
    """That one, and none that looks alike in 8 bits."""
    values = deep(1)
    values[16:, :24] = values[0, 0, 0] + 1
    (tmp_path / "a.png").write_bytes(png16(values, (b"tRNS", struct.pack(">H", values[0, 0, 0]))))
    expected = GRAY.copy()
    expected[0, 0], expected[1, 0] = (0, 0, 255), GRAY[0, 0]
    assert_like(read_photo(tmp_path / "a.png", "#0000ff"), expected, 1)


def test_what_is_below_zero_is_black(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.where(gray("i2") > 16_000, gray("i2"), -9).astype("i2"))
    assert_like(read_photo(tmp_path / "a.tif"), np.where(GRAY > 124, GRAY, 0), 1)


def test_colors_with_a_point_are_told(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.asarray(known()).astype(np.float32) / 255, photometric="rgb")
    with pytest.raises(
        InputError, match=r"a\.tif is a TIFF whose colours are floating point numbers: save it with 8 or"
    ):
        read_photo(tmp_path / "a.tif")


def test_a_thumbnail_is_not_the_picture(tmp_path: Path) -> None:
    small, large = np.full((16, 24, 3), 9, np.uint8), np.asarray(known())
    for name, pages in (("a.tif", [small, large]), ("b.tif", [large, small]), ("c.tif", [small, large, large * 0])):
        with tifffile.TiffWriter(tmp_path / name) as file:
            for page in pages:
                file.write(page, photometric="rgb", extratags=[(274, "H", 1, 6 if len(page) > 16 else 1, True)])
        photo = read_photo(tmp_path / name)
        assert (photo.width, photo.height) == (32, 48)  # turned as it says itself
        assert_like(photo, CORNERS.transpose(1, 0, 2)[:, ::-1])
    like = np.concatenate([large[:, :44]] * 2)  # pages of a scan are not all of one size
    saved(Image.fromarray(large), tmp_path / "d.tif", save_all=True, append_images=[Image.fromarray(like)])
    assert read_photo(tmp_path / "d.tif").height == 32


def test_raw_data_is_told(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.dng") as file:
        thumbnail = np.full((16, 24, 3), 9, np.uint8)
        file.write(
            thumbnail, photometric="rgb", subfiletype=1, subifds=1, extratags=[(50706, "B", 4, b"\1\4\0\0", True)]
        )
        file.write(gray("u2"), photometric=32803, extratags=[(33421, "H", 2, (2, 2), True)])
    with pytest.raises(
        InputError, match=r"a camera's raw data, of which only a thumbnail of 24x16 px can be read: dev"
    ):
        read_photo(tmp_path / "a.dng")


def with_gamma(content: bytes, gamma: float) -> bytes:
    return content[:33] + chunk(b"gAMA", round(gamma * 100_000).to_bytes(4, "big")) + content[33:]


@pytest.mark.parametrize("gamma", [1.0, 0.3, 1 / 1.8])
def test_a_png_with_a_gamma(gamma: float, tmp_path: Path) -> None:
    light = ((CORNERS / 255.0) + 0.055) / 1.055
    values = (light**2.4) ** gamma * 255  # all corners are above the straight part of the curve
    picture = Image.fromarray(values.round().astype(np.uint8).repeat(16, 0).repeat(24, 1))
    path, clear = tmp_path / "a.png", picture.convert("RGBA")
    for one in (picture, clear, picture.quantize(4)):
        content = saved(one, path).read_bytes()
        path.write_bytes(with_gamma(content, gamma))
        assert_like(read_photo(path), CORNERS, 2)
        assert_like(read_photo(Image.open(path)), CORNERS, 2)
    profile = PngImagePlugin.PngInfo()
    profile.add(b"sRGB", b"\0")
    path.write_bytes(with_gamma(saved(picture, path, pnginfo=profile).read_bytes(), gamma))
    assert_like(read_photo(path), values.round(), 1)  # which is what counts then


def test_the_gamma_of_srgb_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(with_gamma(saved(known(), path, **SAVED["a.png"]).read_bytes(), 0.45455))
    assert (corners(read_photo(path)) == CORNERS).all()
