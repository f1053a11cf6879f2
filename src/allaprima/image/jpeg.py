"""JPEGs as phones and half-done copies leave them: without their end, or with something else in its place."""

from __future__ import annotations

import hashlib
import io
import re

from PIL import Image

SCAN, END = b"\xda", b"\xff\xd9"  # markers
MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")  # in a scan; the others belong to its data
FOLLOWS = b"\xc4\xda\xdb\xdc\xdd\xfe" + bytes(range(0xE0, 0xF0))  # a scan: tables, another scan, remarks
FILLED = b"\x55" * 4096  # data that a decoder takes for pixels, where there are some missing
THINNEST = 1000  # pixels in a byte: no whole JPEG has so many


def with_end(content: bytes, pixels: int) -> bytes:
    """A JPEG of so many ``pixels`` with the marker of its end where its last scan ends: the same, if it is there; and
    if it was cut, so that there are pixels missing.
    """
    end = _end_of_scans(content)
    if end is None or pixels > THINNEST * len(content):
        return content
    whole, filled = (content[:end] + more + END for more in (b"", FILLED))
    return whole if _pixels(whole) == _pixels(filled) else content


def _end_of_scans(content: bytes) -> int | None:
    """Where the data of the last scan end without a marker of the end; None where it has one, or there is no scan."""
    at, scanned = 2, False
    while found := MARKER.search(content, at):
        marker = found[1]
        if marker == END[1:] or (scanned and marker not in FOLLOWS):
            return None if marker == END[1:] else found.start()
        scanned |= marker == SCAN
        at = found.end() + int.from_bytes(content[found.end() : found.end() + 2], "big")
    return len(content.rstrip(b"\xff")) if scanned else None


def _pixels(content: bytes) -> bytes | None:
    """A hash of the pixels; None where there are none."""
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
            return hashlib.sha256(image.tobytes()).digest()
    except Exception:  # whatever a damaged one raises
        return None
