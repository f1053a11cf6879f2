"""Photos that are damaged, or made to harm."""

import io
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from allaprima import InputError
from allaprima.image.photo import read_photo

from .damage import mutated, read_apart
from .photographs import (
    SAVED,
    cmyk_profile,
    decoded,
    deep,
    gray16,
    heic,
    known,
    png16,
    rgb_profile,
    saved,
)

HARM: dict[str, tuple[Callable[[Path], object], str]] = {
    "a.webp": (lambda path: path.write_bytes(huge_webp()), r"is damaged \(13000x13000 px in \d+ bytes\)"),
    "a.jp2": (lambda path: path.write_bytes(huge_jpeg_2000()), r"is damaged \(13000x13000 px in \d+ bytes\)"),
    "a.jpg": (lambda path: path.write_bytes(scans(13_000, 100)), r"is damaged \(13000x13000 px in 1\d\d scans\)"),
    "a.ppm": (lambda path: path.write_bytes(b"P3 1800 1800 9\n" + b"7 " * 9_720_000), "has 19 MB of text: at most 8"),
    "strip.tif": (
        lambda path: path.write_bytes(strip()),
        r"a TIFF with 507 MB in one strip or tile, and has \d+ bytes",
    ),
    "cut.png": (lambda path: path.write_bytes(png16(deep())[:100]), "is damaged"),
}


def huge_webp() -> bytes:
    stream, frame = io.BytesIO(), Image.new("RGBA", (64, 64), (1, 2, 3, 4))
    frame.save(stream, "WEBP", save_all=True, append_images=[Image.new("RGBA", (64, 64))])
    content = bytearray(stream.getvalue())
    content[24:30] = struct.pack("<I", 12_999)[:3] * 2
    return bytes(content)


def huge_jpeg_2000() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (64, 64)).save(stream, "JPEG2000", no_jp2=True)
    content = bytearray(stream.getvalue())
    content[8:16] = struct.pack(">II", 13_000, 13_000)
    return bytes(content)


def scans(side: int, count: int) -> bytes:
    """A small JPEG that says that it is large and is to be gone over many times."""
    stream = io.BytesIO()
    Image.new("L", (16, 16), 128).save(stream, "JPEG", progressive=True)
    content = bytearray(stream.getvalue())
    at = content.index(b"\xff\xc2")
    content[at + 5 : at + 9] = struct.pack(">HH", side, side)
    last = content[content.rindex(b"\xff\xda") : -2]
    return bytes(content[:-2] + last * count + b"\xff\xd9")


def strip() -> bytes:
    """A small TIFF that says that it is large, in one strip."""
    stream = io.BytesIO()
    Image.new("RGB", (64, 64)).save(stream, "TIFF", compression="tiff_adobe_deflate", tiffinfo={278: 13_000})
    content = stream.getvalue()
    for tag in (256, 257):
        entry = struct.pack("<HHI", tag, 3, 1)
        assert content.count(entry) == 1
        at = content.index(entry) + 8
        content = content[:at] + struct.pack("<I", 13_000) + content[at + 4 :]
    return content


def pages(count: int) -> bytes:
    """A TIFF of so many pictures of 8 x 8 px, all of them the same pixels."""
    tags = {256: 8, 257: 8, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: 8, 279: 64}
    table = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, 4, 1, tags[tag]) for tag in tags)
    size = len(table) + 4
    following = [72 + size * (index + 1) for index in range(count - 1)] + [0]
    head = struct.pack("<4sI64s", b"II*\0", 72, bytes(range(64)))
    return head + b"".join(table + struct.pack("<I", after) for after in following)


@pytest.mark.parametrize("count", [3, 20_000])
def test_a_tiff_of_many_pictures(count: int, tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(pages(count))
    begun = time.perf_counter()
    assert np.asarray(read_photo(tmp_path / "a.tif").image)[..., 0].ravel().tolist() == list(range(64))
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize("name", HARM)
def test_files_made_to_harm(name: str, tmp_path: Path) -> None:
    make, told = HARM[name]
    make(tmp_path / name)
    for most in (None, 64):
        with pytest.raises(InputError, match=told):
            read_photo(tmp_path / name, most=most)


def test_an_open_picture_that_is_damaged(tmp_path: Path) -> None:
    path = saved(known(), tmp_path / "a.png")
    path.write_bytes(path.read_bytes()[:-40])
    with Image.open(path) as image, pytest.raises(InputError, match=r"the photo is damaged \("):
        read_photo(image)


def originals(folder: Path) -> dict[str, bytes]:
    """Photos of every kind, some with all that a photo can have."""
    exif = Image.Exif()
    exif[274], exif[271] = 6, "maker"
    kinds = SAVED | {"bmp.ico": {"sizes": [(48, 32)], "bitmap_format": "bmp"}}
    made = {name: saved(known(), folder / name, **how).read_bytes() for name, how in kinds.items()}
    for name in ("a.jpg", "a.png", "a.webp", "a.tif", "a.avif"):
        rich = SAVED[name] | {"exif": exif, "icc_profile": rgb_profile("P3", decoded)}
        made[f"rich-{name}"] = saved(known(), folder / name, **rich).read_bytes()
    inks = saved(known().convert("CMYK"), folder / "b.jpg", icc_profile=cmyk_profile())
    made |= {"cmyk.jpg": inks.read_bytes(), "deep.png": png16(deep()), "deep.tif": gray16(), "gray.png": png16(deep(1))}
    for name in ("b.gif", "b.webp", "b.png", "b.tif"):
        moving = saved(known(), folder / name, save_all=True, append_images=[known().rotate(180)])
        made[f"moving-{name}"] = moving.read_bytes()
    fax = saved(known().convert("1"), folder / "b.tif", compression="group4")
    made |= {"fax.tif": fax.read_bytes(), "palette.png": saved(known().quantize(4), folder / "b.png").read_bytes()}
    made |= {f"endless-{name}": made[name][:-2] for name in ("a.jpg", "progressive.jpg")}
    made["text.ppm"] = b"P3 48 32 255 " + " ".join(map(str, np.asarray(known()).ravel())).encode()
    with suppress(pytest.skip.Exception):
        made["a.heic"] = heic(known(), folder / "a.heic").read_bytes()
    return made


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="peaks of memory are read from /proc")
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 9))])
def test_damaged_files_of_every_kind(seed: int, tmp_path: Path) -> None:
    count, rng = 600, np.random.default_rng(seed)
    for folder in ("made", "bad"):
        (tmp_path / folder).mkdir()
    kinds = list(originals(tmp_path / "made").items())
    for index in range(count):
        name, content = kinds[index % len(kinds)]
        (tmp_path / "bad" / f"{index:04}-{name}").write_bytes(mutated(content, rng))
    saved(Image.new("L", (9000, 9000)), tmp_path / "bad/9999-large.png")  # what is measured can be seen
    told = read_apart(tmp_path / "bad", "photo")
    assert told.pop()[2] > 70 and len(told) == count
    assert not [one for one in told if one[1] > 5 or one[2] > 1000]
    outcomes = [one[3] for one in told]
    assert set(outcomes) == {"read", "refused"}
    assert count / 6 < outcomes.count("read") < count * 5 / 6


@pytest.mark.parametrize(("brand", "others"), [(b"heic", b"mif1"), (b"mif1", b"mif1heic"), (b"hevc", b"")])
def test_heic_without_its_extra(brand: bytes, others: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    content = b"ftyp" + brand + bytes(4) + others
    (tmp_path / "a.jpg").write_bytes(struct.pack(">I", len(content) + 4) + content + bytes(100))
    with pytest.raises(InputError, match=r"a\.jpg is HEIC, .*pip install pillow-heif; a JPEG does"):
        read_photo(tmp_path / "a.jpg")
