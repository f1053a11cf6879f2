"""Layers as Photoshop's ``.psd``, by psd-tools: for Photoshop, Affinity Photo, Krita and GIMP."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from psd_tools.constants import BlendMode, ChannelID, ColorMode, Compression, Resource, Tag
from psd_tools.psd import PSD
from psd_tools.psd.header import FileHeader
from psd_tools.psd.image_data import ImageData
from psd_tools.psd.image_resources import ImageResource, ImageResources, ResoulutionInfo, VersionInfo
from psd_tools.psd.layer_and_mask import (
    ChannelData,
    ChannelDataList,
    ChannelImageData,
    ChannelInfo,
    LayerAndMaskInformation,
    LayerInfo,
    LayerRecord,
    LayerRecords,
)
from psd_tools.psd.tagged_blocks import TaggedBlocks

from ..errors import InputError
from ..rendering.drawing import Picture
from ..version import VERSION
from .base import Job
from .layers import MULTIPLY, NORMAL, SCREEN, Layer, Layered
from .picture import srgb

MOST = 2 << 30  # bytes: the format's own limit
RGB = (ChannelID.CHANNEL_0, ChannelID.CHANNEL_1, ChannelID.CHANNEL_2)
RGBA = (*RGB, ChannelID.TRANSPARENCY_MASK)
PER_INCH, INCHES = 1, 1
BLEND = {NORMAL: BlendMode.NORMAL, MULTIPLY: BlendMode.MULTIPLY, SCREEN: BlendMode.SCREEN}


class Photoshop(Layered):
    """The file's parts, not psd-tools' document: that would lay the layers over one another again, slowly, in place of
    the picture that is there. The format puts sizes before pixels: layers are held, packed, until the end.
    """

    def __init__(self, job: Job, path: Path) -> None:
        super().__init__(job, path)
        self.records = LayerRecords()
        self.pixels = ChannelImageData()
        self.merged = ImageData(Compression.RLE)
        self.header = FileHeader()

    def add(self, layer: Layer) -> None:
        height, width, bands = layer.picture.shape
        packed, about = ChannelDataList(), []
        for band, which in zip(range(bands), RGBA, strict=False):
            data = ChannelData(Compression.RLE)
            length = data.set_data(layer.picture[..., band].tobytes(), width, height, 8)
            packed.append(data)
            about.append(ChannelInfo(id=which, length=length + 2))  # 2 bytes for the kind of compression
        tags = TaggedBlocks()
        tags.set_data(Tag.UNICODE_LAYER_NAME, layer.name)
        self.records.append(
            LayerRecord(
                top=layer.top,
                left=layer.left,
                bottom=layer.top + height,
                right=layer.left + width,
                channel_info=about,
                blend_mode=BLEND[layer.blend],
                name=plain(layer.name),
                tagged_blocks=tags,
            )
        )
        self.pixels.append(packed)

    def merge(self, picture: Picture) -> None:
        height, width, _ = picture.shape
        self.header = FileHeader(width=width, height=height, channels=3, depth=8, color_mode=ColorMode.RGB)
        self.merged.set_data([np.ascontiguousarray(picture[..., band]).tobytes() for band in range(3)], self.header)

    def finish(self) -> None:
        size = sum(len(data.data) for layer in self.pixels for data in layer) + len(self.merged.data)
        if size > MOST:
            raise InputError(f"the .psd would have {size / 2**30:.1f} GB, at most 2: choose a smaller size, or .ora")
        layers = LayerInfo(len(self.records), self.records, self.pixels)
        parts = PSD(
            header=self.header,
            image_resources=self.resources(),
            layer_and_mask_information=LayerAndMaskInformation(layers),
            image_data=self.merged,
        )
        with self.path.open("wb") as file:
            parts.write(file)

    def resources(self) -> ImageResources:
        """What is told of the picture: that it is merged already, its colours and its resolution."""
        name = f"allaprima {VERSION}"
        told = {
            Resource.VERSION_INFO: VersionInfo(has_composite=True, writer=name, reader=name).tobytes(),
            Resource.ICC_PROFILE: srgb(),
        }
        if dpi := round(self.job.export.marked_dpi * 65536):  # 16.16
            one = (dpi, PER_INCH, INCHES)
            told[Resource.RESOLUTION_INFO] = ResoulutionInfo(*one, *one).tobytes()
        resources = ImageResources()
        for key, data in told.items():
            resources[key] = ImageResource(key=key, data=data)
        return resources


def plain(name: str) -> str:
    """A layer's name as old programs read it: 31 letters of the first Macintosh's."""
    return name[:31].encode("mac_roman", "replace").decode("mac_roman")
