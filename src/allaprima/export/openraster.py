"""Layers as OpenRaster, ``.ora``: for MyPaint, Krita and GIMP."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from PIL import Image

from ..rendering.drawing import Picture
from .base import Job
from .layers import MULTIPLY, NORMAL, SCREEN, Layer, Layered
from .picture import how

THUMBNAIL = 256  # px: the format's own limit
BLEND = {NORMAL: "svg:src-over", MULTIPLY: "svg:multiply", SCREEN: "svg:screen"}
MYPAINT = "http://mypaint.org/ns/openraster"


class OpenRaster(Layered):
    """A zip of pictures and ``stack.xml``, which says how they lie. Each layer is in the file as soon as it is drawn,
    so that one at a time is held.
    """

    def __init__(self, job: Job, path: Path) -> None:
        super().__init__(job, path)
        self.stack: list[dict[str, str]] = []
        self.size = (0, 0)
        self.zip = ZipFile(path, "w")
        self.zip.writestr(entry("mimetype"), "image/openraster")

    def add(self, layer: Layer) -> None:
        source = f"data/layer{len(self.stack):03}.png"
        self.save(Image.fromarray(layer.picture), source)
        about = {"name": layer.name, "src": source, "x": str(layer.left), "y": str(layer.top)}
        self.stack.append(about | {"opacity": "1.0", "visibility": "visible", "composite-op": BLEND[layer.blend]})

    def merge(self, picture: Picture) -> None:
        merged = Image.fromarray(picture)
        self.size = merged.size
        self.save(merged, "mergedimage.png", **how(self.job, ".png"))
        merged.thumbnail((THUMBNAIL, THUMBNAIL))
        self.save(merged, "Thumbnails/thumbnail.png")

    def save(self, picture: Image.Image, name: str, **chosen: Any) -> None:
        """Put a picture into the file."""
        with self.zip.open(entry(name), "w") as file:
            picture.save(file, **({"format": "PNG"} | chosen))

    def finish(self) -> None:
        width, height = self.size
        # without the mark MyPaint 2 lays colours over one another in linear light, and the picture is another one
        about = {"version": "0.0.6", "w": str(width), "h": str(height), "mypaint:eotf": "1.0", "xmlns:mypaint": MYPAINT}
        if dpi := round(self.job.export.marked_dpi):
            about |= {"xres": str(dpi), "yres": str(dpi)}
        image = ElementTree.Element("image", about)
        stack = ElementTree.SubElement(image, "stack")
        for layer in reversed(self.stack):
            ElementTree.SubElement(stack, "layer", layer)
        text = ElementTree.tostring(image, encoding="UTF-8", xml_declaration=True)
        self.zip.writestr(entry("stack.xml", ZIP_DEFLATED), text)
        self.zip.close()

    def __exit__(self, *_: object) -> None:
        self.zip.close()


def entry(name: str, compression: int = ZIP_STORED) -> ZipInfo:
    """A file's head in the zip, the same whenever and wherever it is written; pictures are small already."""
    head = ZipInfo(name)
    head.create_system, head.compress_type = 3, compression
    return head
