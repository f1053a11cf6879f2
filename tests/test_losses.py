"""The feature loss: its parts, its weights, and what it is zero for."""

import pytest
import torch
from torch.nn import functional as F

from allaprima import InputError
from allaprima.perception.losses import FeatureLoss, feature_parts, gram_matrix


def features(picture: torch.Tensor) -> dict[str, torch.Tensor]:
    """Stands for a network: three layers of fixed filters."""
    three = picture.expand(-1, 3, -1, -1)
    kernel = torch.linspace(-1, 1, 4 * 27).reshape(4, 3, 3, 3)
    first = F.relu(F.conv2d(three, kernel, padding=1))
    return {"relu3_3": first, "relu4_3": F.avg_pool2d(first, 2), "relu5_3": F.avg_pool2d(first, 4)}


ONE, OTHER = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0)), torch.full((2, 3, 16, 16), 0.5)


def test_gram_matrix() -> None:
    activations = torch.randn(2, 5, 4, 6)
    gram = gram_matrix(activations)
    assert gram.shape == (2, 5, 5) and torch.allclose(gram, gram.transpose(1, 2))
    by_hand = (activations[1, 2] * activations[1, 3]).sum() / (5 * 4 * 6)
    assert torch.allclose(gram[1, 2, 3], by_hand)
    shuffled = activations.flatten(2)[:, :, torch.randperm(24)].view_as(activations)
    assert torch.allclose(gram_matrix(shuffled), gram, atol=1e-6)  # wherever in the picture


@pytest.mark.parametrize("distance", ["l1", "mse"])
def test_parts_sum_to_the_loss(distance: str) -> None:
    loss = FeatureLoss(features, distance=distance)
    parts = loss.parts(ONE, loss.encode(OTHER))
    assert set(parts) == {"pixel", "relu3_3", "relu4_3", "relu5_3", "gram relu3_3", "gram relu4_3", "gram relu5_3"}
    assert torch.allclose(loss(ONE, OTHER), torch.stack(list(parts.values())).sum())
    assert loss(ONE, OTHER) > 0 and loss(ONE, ONE) == 0
    assert torch.allclose(parts["pixel"], {"l1": F.l1_loss, "mse": F.mse_loss}[distance](ONE, OTHER))


def test_the_references_weights() -> None:
    seen, target = features(ONE), features(OTHER)
    parts = feature_parts(seen, target)
    assert torch.allclose(parts["relu4_3"], 15 * F.l1_loss(seen["relu4_3"], target["relu4_3"]))
    gram = F.l1_loss(gram_matrix(seen["relu4_3"]), gram_matrix(target["relu4_3"]))
    assert torch.allclose(parts["gram relu4_3"], 15**2 * 5e3 * gram)
    assert set(feature_parts(seen, target, {"relu3_3": 1.0}, gram=0)) == {"relu3_3"}


def test_gradient_and_single_channel() -> None:
    picture = torch.rand(2, 1, 16, 16).requires_grad_()
    loss = FeatureLoss(features)
    encoded = loss.encode(torch.rand(2, 1, 16, 16))
    loss(picture, encoded).backward()
    assert picture.grad is not None and (picture.grad != 0).all()
    assert not any(value.requires_grad for value in encoded.features.values())


def test_without_features_it_is_the_pixel_loss() -> None:
    assert torch.allclose(FeatureLoss(distance="mse")(ONE, OTHER), F.mse_loss(ONE, OTHER))


def test_refusal() -> None:
    with pytest.raises(InputError, match="no distance 'l3': choose from l1, mse"):
        FeatureLoss(distance="l3")(ONE, OTHER)
