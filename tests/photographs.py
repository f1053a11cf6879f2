"""Pictures to read: of every format, with profiles of their own, and of 16 bits."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

CORNERS = np.uint8([[(200, 40, 50), (60, 170, 80)], [(50, 70, 190), (128, 128, 128)]])  # (row, column, RGB)


PRIMARIES = {  # columns: XYZ of red, green and blue, adapted to D50
    "sRGB": ((0.43607, 0.38506, 0.14308), (0.22250, 0.71688, 0.06062), (0.01393, 0.09710, 0.71417)),
    "P3": ((0.51512, 0.29198, 0.15710), (0.24120, 0.69225, 0.06657), (-0.00105, 0.04189, 0.78407)),
    "Adobe": ((0.60974, 0.20528, 0.14919), (0.31111, 0.62567, 0.06322), (0.01947, 0.06087, 0.74457)),
}


SAVED: dict[str, dict[str, Any]] = {  # how Pillow writes each kind
    "a.jpg": {"quality": 95, "subsampling": 0},
    "progressive.jpg": {"progressive": True},
    "a.png": {},
    "a.webp": {"quality": 95},
    "lossless.webp": {"lossless": True},
    "a.tif": {},
    "lzw.tif": {"compression": "tiff_lzw"},
    "deflate.tif": {"compression": "tiff_adobe_deflate"},
    "packbits.tif": {"compression": "packbits"},
    "jpeg.tif": {"compression": "jpeg", "quality": 95},
    "a.gif": {},
    "a.bmp": {},
    "a.ppm": {},
    "a.avif": {"quality": 95},
    "a.jp2": {},
    "a.j2k": {"irreversible": True, "quality_mode": "dB", "quality_layers": [45]},
    "a.ico": {"sizes": [(48, 32)]},
    "a.tga": {},
    "rle.tga": {"compression": "tga_rle"},
}


def known() -> Image.Image:
    """48 x 32 px, each corner of another colour."""
    return Image.fromarray(CORNERS.repeat(16, 0).repeat(24, 1))


def saved(image: Image.Image, path: Path, **how: Any) -> Path:
    image.save(path, **how)
    return path


def heic(image: Image.Image, path: Path, **how: Any) -> Path:
    pytest.importorskip("pillow_heif").register_heif_opener()
    return saved(image, path, format="HEIF", quality=95, **how)


def encoded(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """sRGB, 0 to 255, of linear light."""
    light = linear.clip(0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055) * 255


def decoded(value: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def icc(kind: bytes, space: bytes, connection: bytes, **tags: bytes) -> bytes:
    """An ICC profile, version 2.4, of these tags."""
    tags = {"desc": struct.pack(">4sII5sII67x4x", b"desc", 0, 5, b"test\0", 0, 0)} | tags
    tags |= {"wtpt": b"XYZ " + bytes(4) + fixed(0.9642, 1, 0.8249), "cprt": b"text" + bytes(4) + b"none\0"}
    table, body, offset = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += struct.pack(">4sII", name.encode(), offset + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    header = struct.pack(">I4xI4s4s4s12x4s", 0, 0x02400000, kind, space, connection, b"acsp")
    header = (header.ljust(68, b"\0") + fixed(0.9642, 1, 0.8249)).ljust(128, b"\0")
    return struct.pack(">I", len(header + table + body)) + (header + table + body)[4:]


def fixed(*numbers: float) -> bytes:
    return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)


def curve(tone: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> bytes:
    values = (tone(np.linspace(0, 1, 1024)) * 65535).round().astype(">u2")
    return b"curv" + struct.pack(">II", 0, 1024) + values.tobytes()


def rgb_profile(name: str, tone: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> bytes:
    columns = zip("rgb", np.transpose(PRIMARIES[name]), strict=True)
    xyz = {f"{letter}XYZ": b"XYZ " + bytes(4) + fixed(*column) for letter, column in columns}
    return icc(b"mntr", b"RGB ", b"XYZ ", **xyz, **{f"{letter}TRC": curve(tone) for letter in "rgb"})


def cmyk_profile() -> bytes:
    """Inks that are no cyan, magenta, yellow and black: red, green, blue, and a weak grey."""
    lab = [(100, 0, 0), (50, 40, 25), (60, -35, 25), (50, 5, -35)]  # paper, and the first three inks
    colors = []
    for inks in np.ndindex(2, 2, 2, 2):
        used = [np.subtract(ink, lab[0]) for ink, on in zip(lab[1:], inks, strict=False) if on]
        colors.append(np.add(lab[0], np.sum(used, 0) if used else 0) - [20 * inks[3], 0, 0])
    table = (np.array(colors) * [2.55, 1, 1] + [0, 128, 128]).clip(0, 255).round().astype(np.uint8).tobytes()
    same = bytes(range(256))
    lut = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + fixed(1, 0, 0, 0, 1, 0, 0, 0, 1) + same * 4 + table + same * 3
    return icc(b"prtr", b"CMYK", b"Lab ", A2B0=lut)


def png16(values: NDArray[np.uint16], *more: tuple[bytes, bytes]) -> bytes:
    """A PNG of 16 bits ``(H, W, 1 to 4)``, which Pillow cannot write; with ``more`` chunks."""
    height, width, channels = values.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", width, height, 16, (0, 4, 2, 6)[channels - 1], 0, 0, 0)
    chunks = ((b"IHDR", header), *more, (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in chunks)


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def tiff16(
    values: NDArray[np.uint16], order: str = "<", bits: int = 16, photometric: int = 2, planes: int = 1
) -> bytes:
    """An uncompressed TIFF ``(H, W, channels)``, or, with 2 ``planes``, one colour after another."""
    height, width, channels = values.shape
    body = (values if planes == 1 else values.transpose(2, 0, 1)).astype(f"{order}u2").tobytes()
    if bits == 12:
        even, odd = values.ravel().astype(int).reshape(-1, 2).T
        body = np.stack([even >> 4, (even & 15) << 4 | odd >> 8, odd & 255], -1).astype(np.uint8).tobytes()
    parts = channels if planes == 2 else 1
    size, lists = len(body) // parts, {}
    lists = {258: ("H", [bits] * channels), 273: ("I", [1000 + size * part for part in range(parts)])}
    tags = {256: width, 257: height, 258: 0, 259: 1, 262: photometric, 273: 0, 277: channels, 278: height, 279: 0}
    tags |= {284: planes}
    lists[279] = ("I", [size] * parts)
    extra, table = b"", b""
    for tag, value in tags.items():
        letter, found = lists.get(tag, ("H", [value]))
        packed = struct.pack(f"{order}{len(found)}{letter}", *found)
        if len(packed) > 4:
            extra, packed = extra + packed, struct.pack(f"{order}I", 500 + len(extra))
        table += struct.pack(f"{order}HHI", tag, 3 if letter == "H" else 4, len(found)) + packed.ljust(4, b"\0")
    start = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", 8, len(tags)) + table + bytes(4)
    return (start.ljust(500, b"\0") + extra).ljust(1000, b"\0") + body


def deep(channels: int = 3) -> NDArray[np.uint16]:
    """``known`` in 16 bits, a little brighter than in 8, so that nothing but scaling fits."""
    values = np.asarray(known()).astype(np.uint16) * 257 + 100
    return values if channels == 3 else values[..., :1]


def gray16(order: str = "<", bits: int = 16, photometric: int = 1) -> bytes:
    values = deep(1) if photometric else 65535 - deep(1)
    return tiff16(values >> (16 - bits), order, bits, photometric)
