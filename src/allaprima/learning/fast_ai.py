"""What is taken of fast.ai, in one place: without the warnings of its own imports, and with one line that says what to
install where it is missing.
"""

import warnings

from ..errors import InputError, to_install

TRAINING = ("fastai", "torchvision", "accelerate")  # what a training needs

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    try:
        from fastai.callback.core import Callback
        from fastai.callback.training import GradientClip
        from fastai.data.core import DataLoaders
        from fastai.data.load import DataLoader
        from fastai.learner import Learner
        from fastai.optimizer import OptimWrapper
        from fastai.vision.gan import AdaptiveLoss, GANLearner, gan_critic
    except ModuleNotFoundError as error:
        raise InputError(f"training needs {error.name}: {to_install(*TRAINING)}") from None

__all__ = [
    "AdaptiveLoss",
    "Callback",
    "DataLoader",
    "DataLoaders",
    "GANLearner",
    "GradientClip",
    "Learner",
    "OptimWrapper",
    "gan_critic",
]
