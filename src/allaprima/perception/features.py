"""Networks that look at pictures, by name: the one that ships with the package, and VGG16, which it stands for.

``pocket`` learned from VGG16 (K. Simonyan, A. Zisserman, Oxford; CC BY 4.0) to answer so that a distance between two
pictures in its activations goes up and down with VGG16's, layer by layer, at a fraction of the cost;
docs/features.md says how it was made and how well it does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn

from ..errors import InputError
from ..metadata import load_card, load_weights, save_weights, undamaged
from .feature_network import LAYERS, FeatureNetwork, check_layers
from .losses import WEIGHTS
from .vgg import NAMES, load_vgg

FORMAT, VERSION = "allaprima.features", 1
WHAT = "feature file"  # in messages
POCKET = Path(__file__).parent / "weights" / "pocket.safetensors"
WIDTHS = {"relu1_2": 16, "relu2_2": 32, "relu3_3": 64, "relu4_3": 128, "relu5_3": 128}
OUTPUTS = {"relu1_2": 16, "relu2_2": 48, "relu3_3": 96, "relu4_3": 192, "relu5_3": 192}


@dataclass(frozen=True)
class Card:
    """What a file of features says of itself."""

    widths: dict[str, int]  # channels inside, by layer
    outputs: dict[str, int]  # channels given, by layer
    teacher: str  # what it learned from, and whose that is
    teacher_sha256: str
    photos: dict[str, str]  # what it learned on: the package, its licence
    command: str  # that made it
    fidelity: dict[str, float] = field(default_factory=dict)  # Spearman's correlation with the teacher's distances
    library: str = ""  # version that made it
    format: str = FORMAT
    version: int = VERSION

    def __post_init__(self) -> None:
        for sizes in (self.widths, self.outputs):
            if set(sizes) != set(LAYERS) or not all(isinstance(n, int) and 1 <= n <= 1024 for n in sizes.values()):
                raise ValueError(f"the channels are {sizes}")


class Block(nn.Module):
    """Half the size, another width, and a residual pair of convolutions."""

    def __init__(self, wide_in: int, wide: int, kernel: int = 3, stride: int = 1) -> None:
        super().__init__()
        self.enter = nn.Conv2d(wide_in, wide, kernel, stride, 1)
        self.first, self.second = nn.Conv2d(wide, wide, 3, 1, 1), nn.Conv2d(wide, wide, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.enter(x).relu_()
        added: Tensor = x + self.second(self.first(x).relu_())
        return added.relu_()


class PocketFeatures(FeatureNetwork):
    """A small network in VGG16's place: ``(N, 1 or 3, H, W)`` in [0,1] to 16 to 192 channels by the layer's name, at
    VGG16's sizes. Its outputs are no activations but VGG16's principal components, and may be negative.

    The full size costs most, so the trunk begins at half of it; relu1_2 has a twig of its own. Raises InputError for an
    unknown layer.
    """

    def __init__(
        self,
        layers: Sequence[str] = tuple(WEIGHTS),
        widths: Mapping[str, int] = WIDTHS,
        outputs: Mapping[str, int] = OUTPUTS,
    ) -> None:
        super().__init__(layers)
        first, *rest = LAYERS
        deepest = LAYERS.index(self.layers[-1])
        self.twig, self.trunk, self.heads = nn.Sequential(), nn.ModuleDict(), nn.ModuleDict()
        if first in self.layers:
            self.twig.append(nn.Conv2d(3, widths[first], 3, 1, 1)).append(nn.ReLU(inplace=True))
            self.twig.append(nn.Conv2d(widths[first], widths[first], 3, 1, 1)).append(nn.ReLU(inplace=True))
        before = 3
        for layer in rest[:deepest]:
            # kernel 4, stride 2, padding 1: rounds an odd side down, as max-pool does
            self.trunk[layer] = Block(before, widths[layer], *((4, 2) if before == 3 else (3, 1)))
            before = widths[layer]
        for layer in self.layers:
            self.heads[layer] = nn.Conv2d(widths[layer], outputs[layer], 1)
        self.pool = nn.MaxPool2d(2)
        self.frozen()

    def forward(self, picture: Tensor) -> dict[str, Tensor]:
        """The asked layers, at 1, 1/2, ... 1/16 of the picture's size, rounded down."""
        x, seen = 4 * self.check(picture) - 2, {}
        x = x.contiguous(memory_format=torch.channels_last)  # twice as quick with so few channels
        if len(self.twig):
            seen[LAYERS[0]] = self.heads[LAYERS[0]](self.twig(x))
        for number, (layer, block) in enumerate(self.trunk.items()):
            x = block(self.pool(x) if number else x)
            if layer in self.heads:
                seen[layer] = self.heads[layer](x)
        return seen


def load_features(
    name: str,
    layers: Sequence[str] = tuple(WEIGHTS),
    vgg_weights: Path | None = None,
    download: bool = False,
) -> FeatureNetwork:
    """A frozen network by name: ``pocket``, ``vgg16`` or ``vgg16_bn``, that gives ``layers``, out of LAYERS.

    VGG16's weights come from ``vgg_weights``, else from torchvision's cache, else, if ``download``, from torchvision.
    Raises InputError for an unknown name or layer, without weights (and says what to do), and for a damaged or
    foreign file.
    """
    check_layers(layers)
    if name == "pocket":
        return load_pocket(POCKET, layers)
    if name in NAMES:
        return load_vgg(name, layers, vgg_weights, download)
    raise InputError(f"there are no features {name!r}: choose from pocket, {', '.join(NAMES)}")


def load_pocket(path: Path = POCKET, layers: Sequence[str] = tuple(WEIGHTS)) -> PocketFeatures:
    """PocketFeatures from a file. Raises InputError for a damaged or foreign one, and for an unknown layer."""
    card, weights = read_card(path), load_weights(path, WHAT)
    with undamaged(WHAT, path):
        network = PocketFeatures(layers, card.widths, card.outputs)
        network.load_state_dict({name: weights[name].float() for name in network.state_dict()})
    return network.to(memory_format=torch.channels_last)


def save_pocket(path: Path, network: PocketFeatures, card: Card) -> None:
    """Write a file of features, in half precision; the same weights and card give the same bytes."""
    save_weights(path, {name: value.half() for name, value in network.state_dict().items()}, card)


def read_card(path: Path = POCKET) -> Card:
    """The card of a file of features. Raises InputError if the file is missing, damaged or none of ours."""
    if not path.is_file():
        raise InputError(f"there is no features file {path}: make one with tools/distill_features.py")
    return load_card(path, Card, WHAT)
