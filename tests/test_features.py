"""The networks that look at pictures: what they give, what they cost nothing, where their weights come from."""

import json
from functools import partial
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F
from torchvision.models import vgg16, vgg16_bn

from allaprima import InputError
from allaprima.perception import features, vgg
from allaprima.perception.feature_network import LAYERS, FeatureNetwork
from allaprima.perception.features import POCKET, PocketFeatures, load_features, load_pocket, save_pocket
from allaprima.perception.losses import FeatureLoss
from allaprima.perception.vgg import VGG16, load_vgg

CHANNELS = dict(zip(LAYERS, (64, 128, 256, 512, 512), strict=True))


def picture(size: int = 48, channels: int = 3) -> torch.Tensor:
    return torch.rand(2, channels, size, size + 5, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def pocket() -> FeatureNetwork:
    return load_features("pocket", LAYERS)


@pytest.fixture(scope="module", params=[False, True], ids=["vgg16", "vgg16_bn"])
def random_vgg(request: pytest.FixtureRequest) -> VGG16:
    torch.manual_seed(0)
    return VGG16(LAYERS, batch_norm=request.param)


def test_layers_of_pocket(pocket: FeatureNetwork) -> None:
    seen = pocket(picture())
    assert list(seen) == list(LAYERS)
    for halvings, (layer, activations) in enumerate(seen.items()):
        assert activations.shape == (2, features.OUTPUTS[layer], 48 >> halvings, 53 >> halvings)
        assert activations.isfinite().all() and 0.01 < activations.std() < 10  # as VGG16's, whose mean square is one
    assert isinstance(pocket, PocketFeatures) and isinstance(FeatureLoss(pocket).features, nn.Module)


def test_layers_of_vgg(random_vgg: VGG16) -> None:
    for halvings, (layer, activations) in enumerate(random_vgg(picture()).items()):
        assert activations.shape == (2, CHANNELS[layer], 48 >> halvings, 53 >> halvings)
        assert (activations >= 0).all() and activations.isfinite().all()


@pytest.mark.parametrize("name", ["pocket", "vgg16", "vgg16_bn"])
def test_frozen_but_for_the_picture(name: str) -> None:
    network = load_features("pocket") if name == "pocket" else VGG16(batch_norm=name == "vgg16_bn")
    assert list(network(picture())) == ["relu3_3", "relu4_3", "relu5_3"]  # the losses'
    assert not any(parameter.requires_grad for parameter in network.parameters())
    nn.Sequential(network).train()
    assert not any(module.training for module in network.modules())
    looked_at = picture().requires_grad_()
    FeatureLoss(network, distance="mse")(looked_at, picture().flip(3)).backward()
    assert looked_at.grad is not None and (looked_at.grad != 0).float().mean() > 0.99


def count(ran: list[nn.Module], module: nn.Module, *_: object) -> None:
    ran.append(module)


def test_nothing_deeper_than_needed(pocket: FeatureNetwork, random_vgg: VGG16) -> None:
    few = ["relu3_3", "relu2_2"]
    for full, part in [(pocket, load_features("pocket", few)), (random_vgg, VGG16(few, len(random_vgg.features) > 30))]:
        ran: list[nn.Module] = []
        for module in part.modules():
            if isinstance(module, nn.Conv2d):
                module.register_forward_hook(partial(count, ran))
        if isinstance(part, VGG16):
            part.load_state_dict({name: full.state_dict()[name] for name in part.state_dict()})
        seen = part(picture())
        assert list(seen) == ["relu2_2", "relu3_3"]
        assert len(ran) == sum(isinstance(module, nn.Conv2d) for module in part.modules()) in (7, 8)
        assert sum(one.numel() for one in part.parameters()) < 0.3 * sum(one.numel() for one in full.parameters())
        for layer, activations in seen.items():
            torch.testing.assert_close(activations, full(picture())[layer], atol=1e-5, rtol=1e-5)


def test_one_channel_is_three_alike_and_nothing_is_random(pocket: FeatureNetwork, random_vgg: VGG16) -> None:
    for network in (pocket, random_vgg):
        grey = picture(channels=1)
        one, three, again = network(grey), network(grey.repeat(1, 3, 1, 1)), network(grey)
        for layer in LAYERS:
            torch.testing.assert_close(one[layer], three[layer])
            assert torch.equal(one[layer], again[layer])


def test_torchvisions_own_activations() -> None:
    """Against torchvision's whole model, with random weights, where it stands before each max-pool."""
    for make, batch_norm in ((vgg16, False), (vgg16_bn, True)):
        with torch.device("meta"):  # its classifier is large, and not needed
            theirs = make(init_weights=False).features.eval()
        theirs.to_empty(device="cpu")
        torch.manual_seed(1)
        for module in theirs:
            if isinstance(module, nn.Conv2d | nn.BatchNorm2d):
                module.reset_parameters()
        ours = VGG16(LAYERS, batch_norm).load({f"features.{name}": one for name, one in theirs.state_dict().items()})
        mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
        x, found = (picture() - mean[:, None, None]) / std[:, None, None], []
        for layer in theirs:
            if isinstance(layer, nn.MaxPool2d):
                found.append(x)
            x = layer(x)
        for theirs_there, ours_there in zip(found, ours(picture()).values(), strict=True):
            torch.testing.assert_close(ours_there, theirs_there)


@pytest.mark.parametrize("name", ["blur", "noise"])
def test_more_distorted_is_further(pocket: FeatureNetwork, name: str) -> None:
    generator = torch.Generator().manual_seed(3)
    photo = F.interpolate(torch.rand(1, 3, 16, 16, generator=generator), 96, mode="bilinear")
    photo = (photo + 0.3 * (photo.mean(1, keepdim=True) * 20).sin()).clamp(0, 1)
    grain = torch.randn(photo.shape, generator=generator)
    worse = [photo + 0.04 * n * grain if name == "noise" else F.avg_pool2d(photo, 2 * n + 1, 1, n) for n in range(5)]
    for distance in ("l1", "mse"):
        loss = FeatureLoss(pocket, pixel=0, distance=distance)
        found = [float(loss(one, photo)) for one in worse]
        assert found[0] == 0 and found == sorted(found)


def test_the_shipped_file() -> None:
    card = features.read_card()
    assert POCKET.stat().st_size <= 2_000_000
    assert "Simonyan" in card.teacher and "Oxford" in card.teacher and "CC BY 4.0" in card.teacher
    assert card.photos and all(card.photos.values()) and card.command.startswith("python tools/distill_features.py")
    kinds = ("l1", "mse", "gram l1", "gram mse")
    assert set(card.fidelity) == {f"{layer} {kind}" for layer in LAYERS for kind in kinds}
    assert "/" not in "".join(card.photos)  # of packages, not of anyone's disk


def test_saved_and_loaded_again(tmp_path: Path) -> None:
    torch.manual_seed(0)
    sizes = dict.fromkeys(LAYERS, 4)
    network, card = PocketFeatures(LAYERS, sizes, sizes), features.Card(sizes, sizes, "a teacher", "0", {}, "by hand")
    for name in ("one", "two"):
        save_pocket(tmp_path / f"{name}.safetensors", network, card)
    assert (tmp_path / "one.safetensors").read_bytes() == (tmp_path / "two.safetensors").read_bytes()
    loaded = load_pocket(tmp_path / "one.safetensors", LAYERS)(picture())
    for layer, activations in network(picture()).items():
        torch.testing.assert_close(loaded[layer], activations, atol=2e-2, rtol=2e-2)  # half precision


@pytest.mark.parametrize("fault", ["missing", "text", "half", "foreign", "card", "version", "sizes", "weights", "nan"])
def test_a_damaged_or_foreign_file(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "features.safetensors"
    weights, card = load_file(POCKET), features.read_card().__dict__
    first = next(iter(weights))
    if fault == "weights":
        del weights["heads.relu3_3.weight"]
    elif fault == "nan":
        weights[first] = weights[first] * float("nan")
    changes = {"card": {"fidelity": 1}, "version": {"version": 9}, "sizes": {"widths": {"relu1_2": 7}}}
    save_file(weights, path, {"allaprima": json.dumps(card | changes.get(fault, {}))} if fault != "foreign" else {})
    if fault == "missing":
        path.unlink()
    elif fault == "text":
        path.write_text("no tensors")
    elif fault == "half":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError) as caught:
        load_pocket(path, LAYERS)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_no_such_features_or_layer() -> None:
    with pytest.raises(InputError, match="no features 'vgg19': choose from pocket, vgg16, vgg16_bn"):
        load_features("vgg19")
    with pytest.raises(InputError, match="no layer 'relu9': choose from relu1_2, "):
        load_features("pocket", ["relu9"])
    with pytest.raises(InputError, match="no layers"):
        load_features("pocket", [])


def test_no_such_picture(pocket: FeatureNetwork) -> None:
    with pytest.raises(InputError, match="15x99 is too small for relu5_3: at least 16 px"):
        pocket(torch.rand(1, 3, 99, 15))
    for wrong in (torch.rand(3, 32, 32), torch.rand(1, 4, 32, 32), torch.zeros(1, 3, 32, 32, dtype=torch.uint8)):
        with pytest.raises(InputError, match=r"give \(N, 1 or 3, H, W\)"):
            pocket(wrong)


def test_without_weights_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    for name in vgg.NAMES:
        with pytest.raises(InputError, match=f"{name} are not on this machine.*--vgg-weights FILE.*528 MB.*pocket"):
            load_features(name)
    assert not list(tmp_path.iterdir())
    with pytest.raises(InputError, match="no weights file"):
        load_features("vgg16", vgg_weights=tmp_path / "none.pth")


def test_weights_from_a_file_from_the_cache_and_downloaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A made-up download of random weights, under torchvision's name."""
    torch.manual_seed(2)
    state = VGG16(["relu2_2"]).state_dict()
    file = tmp_path / "mine.pth"
    torch.save(state, file)
    with pytest.raises(InputError, match="damaged or unknown"):
        load_vgg("vgg16", ["relu2_2"], file)
    monkeypatch.setitem(vgg.KNOWN, vgg.digest(file), "vgg16")
    assert torch.equal(load_vgg("vgg16", ["relu2_2"], file).features[2].weight, state["features.2.weight"])
    with pytest.raises(InputError, match="those of vgg16, not of vgg16_bn"):
        load_vgg("vgg16_bn", ["relu2_2"], file)
    with pytest.raises(InputError, match=r"are damaged: features\.10\.weight is missing"):  # a layer is missing
        load_vgg("vgg16", ["relu3_3"], file)

    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))

    def download(url: str, into: str, begins: str, progress: bool) -> None:
        assert url.endswith("vgg16-397923af.pth") and begins == "397923af" and not progress
        Path(into).write_bytes(file.read_bytes())

    monkeypatch.setattr(torch.hub, "download_url_to_file", download)
    assert load_features("vgg16", ["relu2_2"], download=True).layers == ("relu2_2",)
    assert load_features("vgg16", ["relu2_2"]).layers == ("relu2_2",)  # it stays in the cache


def test_a_download_that_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))

    def fail(*_: object, **__: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(torch.hub, "download_url_to_file", fail)
    with pytest.raises(InputError, match=r"cannot be loaded \(no network\): give --vgg-weights"):
        load_features("vgg16_bn", download=True)


def onnx_file(path: Path, kernels: list[torch.Tensor]) -> None:
    """As Keras' converter writes them: convolutions with a bias each, the initializers in another order."""
    from onnx import helper, numpy_helper, save

    nodes, held, before = [], [], "in"
    for number, kernel in enumerate(kernels):
        nodes.append(helper.make_node("Conv", [before, f"k{number}", f"b{number}"], [f"c{number}"], pads=[1] * 4))
        nodes.append(helper.make_node("Relu", [f"c{number}"], [f"r{number}"]))
        held.append(numpy_helper.from_array(kernel.numpy(), f"k{number}"))
        held.append(numpy_helper.from_array(torch.full((len(kernel),), float(number)).numpy(), f"b{number}"))
        before = f"r{number}"
    save(helper.make_model(helper.make_graph(nodes, "vgg", [], [], held[::-1])), str(path))


def test_weights_from_onnx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = [one.shape for one in VGG16(LAYERS).state_dict().values() if one.ndim == 4]
    torch.manual_seed(4)
    kernels = [torch.randn(shape) * (2 / shape[1] / 9) ** 0.5 for shape in shapes[:2]]
    kernels += [torch.zeros(1, 1, 3, 3)] * (len(shapes) - 2)
    file = tmp_path / "keras.onnx"
    onnx_file(file, kernels)
    monkeypatch.setitem(vgg.KNOWN, vgg.digest(file), "vgg16")
    seen = load_features("vgg16", ["relu1_2"], vgg_weights=file)(picture())["relu1_2"]
    bgr = picture().flip(1) * 255 - torch.tensor([103.939, 116.779, 123.68])[:, None, None]
    by_hand = F.conv2d(F.conv2d(bgr, kernels[0], padding=1).relu(), kernels[1], torch.ones(64), padding=1).relu()
    torch.testing.assert_close(seen * vgg.CAFFE_SCALE["relu1_2"], by_hand, atol=1e-2, rtol=1e-3)
    onnx_file(file, kernels[:5])
    with pytest.raises(InputError, match="5 convolutions: VGG16 has 13"):
        vgg.read_onnx(file)
    file.write_bytes(b"\xff" * 99)
    monkeypatch.setitem(vgg.KNOWN, vgg.digest(file), "vgg16")
    with pytest.raises(InputError, match="are damaged"):
        load_features("vgg16", vgg_weights=file)
