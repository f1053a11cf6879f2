"""How pictures are looked at: how two are compared, and where people look in one.

``features.py`` has the networks that look at pictures by name: one that ships, and VGG16 (``vgg.py``); what they have
in common stands in ``feature_network.py``. ``losses.py`` are distances that a gradient goes through, ``metrics.py``
figures for people, ``own_loss.py`` what a loss of somebody's own may give. ``attention.py`` finds where people look, by
``faces.py`` and by what stands out.
"""

from typing import TYPE_CHECKING

from ..lazy import lazy

if TYPE_CHECKING:
    from .features import load_features
    from .losses import FeatureLoss
    from .metrics import feature_distance, psnr, ssim

__all__ = ["FeatureLoss", "feature_distance", "load_features", "psnr", "ssim"]

__getattr__, __dir__ = lazy(
    __name__,
    {
        "FeatureLoss": ".losses",
        "feature_distance": ".metrics",
        "load_features": ".features",
        "psnr": ".metrics",
        "ssim": ".metrics",
    },
)
