"""Photos that visitors of the studio bring: what is kept, what is told of what is none, and what they paint over it."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import allaprima.app.studio
from allaprima import InputError
from allaprima.app.studio.photos import ELSE, GROUND, LARGEST, SHOWN, Photos, cropped, faces_in, save_mask, wished
from allaprima.app.studio.pictures import thumbnail
from allaprima.image.photo import read_photo
from allaprima.perception.attention import attention

from .photographs import chunk, heic, known

EXAMPLES = Path(allaprima.app.studio.__file__).parent / "examples"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><rect width="9" height="9"/></svg>'


@pytest.fixture
def photos(tmp_path: Path) -> Photos:
    return Photos(tmp_path / "studio" / "photos")


def png(width: int, height: int, rows: bytes = b"") -> bytes:
    """One that says how large it is, whatever it holds."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in chunks)


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6) + b";"


def encoded(image: Image.Image, form: str = "PNG") -> bytes:
    content = BytesIO()
    image.save(content, form)
    return content.getvalue()


WRONG: dict[str, tuple[Callable[[], bytes], str]] = {
    "program.png": (lambda: b"import os\nos.system('rm -rf /')\n", "is no picture that can be read"),
    "drawing.svg": (lambda: SVG, "is no picture that can be read"),
    "drawing.png": (lambda: b'<?xml version="1.0"?>' + SVG, "is no picture that can be read"),
    "page.jpg": (lambda: b"<html><script>alert(1)</script></html>", "is no picture that can be read"),
    "empty.png": (lambda: b"", "is empty"),
    "cut.png": (lambda: encoded(known())[:-60], "is damaged"),
    "beginning.jpg": (lambda: encoded(known(), "JPEG")[:20], ""),
    "bomb.png": (lambda: png(30_000, 30_000, bytes(1000)), "has too many pixels: at most 100 megapixels are taken"),
    "widest.png": (lambda: png(2**31 - 1, 2**31 - 1), "at most 100 megapixels are taken"),
    "bomb.gif": (lambda: gif(65_535, 65_535), ""),
    "large.png": (lambda: png(10_100, 10_000), "is 10,100x10,000 px: at most 100 megapixels are taken"),
    "small.png": (lambda: encoded(Image.new("RGB", (7, 700))), "is 7x700 px: each side needs at least 8 px"),
    "heavy.png": (lambda: encoded(known()) + bytes(LARGEST), "has more than 25 MB"),
    "print.ps": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nquit\n", "is no picture that can be read"),
    "print.pdf": (lambda: b"%PDF-1.4\n", "is no picture that can be read"),
}


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_photo(name: str, photos: Photos, tmp_path: Path) -> None:
    content, told = WRONG[name]
    sent = tmp_path / "sent" / name
    sent.parent.mkdir()
    sent.write_bytes(content())
    with pytest.raises(InputError) as caught:
        photos.bring(sent)
    text = str(caught.value)
    assert told in text and text.startswith("the photo ") and text.isprintable() and len(text) < 200
    assert str(tmp_path) not in text and "studio" not in text and "sent" not in text, text
    assert not photos.folder.exists() or list(photos.folder.iterdir()) == []


def test_what_never_came(photos: Photos, tmp_path: Path) -> None:
    for path in (tmp_path / "gone.png", tmp_path):
        with pytest.raises(InputError) as caught:
            photos.bring(path)
        assert str(tmp_path) not in str(caught.value)


def test_kept_as_it_is(photos: Photos, photo: Path) -> None:
    kept = photos.bring(photo)
    assert kept.read_bytes() == photo.read_bytes() and photos.bring(photo) == kept
    sha256 = read_photo(photo).sha256
    assert photos.find(sha256) == kept and photos.find("0" * 64) is None and photos.find("") is None
    assert [path.name for path in photos.folder.iterdir()] == [sha256[:24]]
    with pytest.raises(InputError):
        photos.keep(b"not a photo")
    assert kept.exists()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF"])
def test_kinds(form: str, photos: Photos) -> None:
    if form not in Image.registered_extensions().values():
        pytest.skip(f"Pillow has no {form} here")
    kept = photos.keep(encoded(known(), form))
    assert read_photo(kept).image.size == (48, 32)


def test_from_a_telephone(photos: Photos, tmp_path: Path) -> None:
    kept = photos.bring(heic(known(), tmp_path / "a.heic"))
    assert read_photo(kept).image.size == (48, 32)


def test_a_hundred_megapixels_at_most(photos: Photos) -> None:
    """Counted in what is there, not in what is shown."""
    content = encoded(Image.new("L", (10_000, 2_000), 90), "JPEG")
    photo = read_photo(photos.keep(content), most=1000)
    assert (photo.width, photo.height) == (10_000, 2_000) and thumbnail(photo.image, SHOWN).size == (1000, 200)


@pytest.mark.parametrize("turned", [1, 3, 6, 8])
def test_upright(turned: int, photos: Photos, tmp_path: Path) -> None:
    """As a camera says; the part that is cut out, too."""
    exif = Image.Exif()
    exif[0x0112] = turned
    turns = {1: 0, 3: 2, 6: 3, 8: 1}[turned]
    kept_so = Image.fromarray(np.rot90(np.asarray(known()), -turns).copy())
    kept_so.save(tmp_path / "a.jpg", quality=95, exif=exif)
    kept = photos.bring(tmp_path / "a.jpg")
    photo = read_photo(kept)
    assert photo.image.size == (48, 32)
    part = Image.open(BytesIO(cropped(kept, (0, 0, 0.5, 0.5))))
    assert part.size == (24, 16)
    assert np.abs(np.asarray(part).astype(int).mean((0, 1)) - (200, 40, 50)).max() < 6


BOXES = {
    (0.0, 0.0, 1.0, 1.0): (48, 32),
    (-5.0, -0.1, 7.0, 1e300): (48, 32),
    (0.5, 0.5, 1.0, 1.0): (24, 16),
    (0.25, 0.0, 0.75, 0.5): (24, 16),
}


@pytest.mark.parametrize("box", BOXES)
def test_a_part(box: tuple[float, float, float, float], photos: Photos) -> None:
    kept = photos.keep(encoded(known()))
    content = cropped(kept, box)
    assert Image.open(BytesIO(content)).size == BOXES[box]
    assert read_photo(photos.keep(content)).image.size == BOXES[box]


NAN, INFINITE = float("nan"), float("inf")


@pytest.mark.parametrize("box", [
    (0.5, 0.0, 0.5, 1.0), (0.6, 0.0, 0.4, 1.0), (0.0, 0.9, 1.0, 0.1), (2.0, 0.0, 3.0, 1.0), (-2.0, 0.0, -1.0, 1.0),
    (0.5, 0.5, 0.5 + 1e-9, 0.6), (0.5, 0.5, 0.6, 0.5001), (NAN, 0.0, 1.0, 1.0), (0.0, 0.0, NAN, 1.0),
    (0.0, 0.0, 1.0, NAN), (NAN, NAN, NAN, NAN), (0.0, 0.0, INFINITE, 1.0), (-INFINITE, 0.0, 1.0, 1.0),
])  # fmt: skip
def test_no_part(box: tuple[float, float, float, float], photos: Photos) -> None:
    kept = photos.keep(encoded(known()))
    with pytest.raises(InputError, match="there is nothing in that part of the photo: draw a larger frame"):
        cropped(kept, box)


def test_a_part_that_is_too_small(photos: Photos) -> None:
    content = cropped(photos.keep(encoded(known())), (0, 0, 0.1, 1))
    with pytest.raises(InputError, match=r"^the photo is 5x32 px: each side needs at least 8 px$"):
        photos.keep(content)


def test_where_it_matters(photo: Path, tmp_path: Path) -> None:
    """Red raises, blue lowers, and where nobody painted it is as people look."""
    seen = read_photo(photo)
    width, height = seen.canvas(512)
    wishes = np.zeros((height // 3, width // 3, 3), np.uint8)
    plain = wished(seen, Image.fromarray(wishes))
    looked = (attention(seen.at(width, height)) * 255).round().numpy().astype(int)
    assert plain.size == (width, height) and np.abs(np.asarray(plain) - looked).max() <= 1
    third = wishes.shape[1] // 3
    wishes[:, :third, 0], wishes[:, -third:, 2] = 255, 255
    mask = wished(seen, Image.fromarray(wishes))
    greys, before = np.asarray(mask).astype(int), np.asarray(plain).astype(int)
    side, inner = width // 3 - 4, slice(width // 3 + 4, 2 * width // 3 - 4)
    assert (greys[:, :side] == 255).all() and (greys[:, -side:] == GROUND).all()
    assert np.abs(greys[:, inner] - ELSE * before[:, inner]).max() <= 1  # as people look where they are told to
    half = np.zeros_like(wishes)
    half[..., 2] = 128
    assert np.asarray(wished(seen, Image.fromarray(half))).mean() < before.mean()
    save_mask(mask, tmp_path / "focus")  # a name without an end, as works have it
    assert (np.asarray(Image.open(tmp_path / "focus")) == np.asarray(mask)).all()


def test_faces() -> None:
    """That of the astronaut, and none in a cup of coffee; in shares of the picture's sides."""
    (box,) = faces_in(read_photo(EXAMPLES / "astronaut.jpg"))
    left, top, right, bottom = box
    assert 0 <= left < 0.45 < right < 0.6 and 0 <= top < 0.2 < bottom < 0.6
    assert faces_in(read_photo(EXAMPLES / "coffee.jpg")) == []


def test_examples_are_photos(photos: Photos) -> None:
    for path in EXAMPLES.glob("*.jpg"):
        assert read_photo(photos.bring(path), most=1000).width > 300, path
