"""How a neural brush learns: strokes of a real brush, and the three stages of *The Joy of Neural Painting*.

``generate.py`` lets a painting program draw strokes, ``dataset.py`` keeps them (``episodes.py`` reads and writes the
published ones), ``stages.py`` is how a network learns from them, with ``critic.py`` and ``callbacks.py``, as
``config.py`` says. ``apprentice.py`` is who learns, a method a stage, and ``train.py`` goes from strokes to a brush
file; ``ranks.py`` lets several processes learn together, ``checkpoint.py`` keeps where it was, and ``report.py`` shows
how far it has come. ``own_network.py`` and ``named.py`` look at what is somebody's own. The stages need the extra
``train``.
"""

from typing import TYPE_CHECKING

from ..lazy import lazy

if TYPE_CHECKING:
    from .apprentice import Apprentice
    from .callbacks import LearningStep
    from .config import Stage, StageConfig, TrainingConfig
    from .dataset import StrokeData
    from .episodes import export_episodes, import_episodes
    from .generate import draw_strokes
    from .train import learn_brush

__all__ = [
    "Apprentice",
    "LearningStep",
    "Stage",
    "StageConfig",
    "StrokeData",
    "TrainingConfig",
    "draw_strokes",
    "export_episodes",
    "import_episodes",
    "learn_brush",
]

__getattr__, __dir__ = lazy(
    __name__,
    {
        "Apprentice": ".apprentice",
        "LearningStep": ".callbacks",
        "Stage": ".config",
        "StageConfig": ".config",
        "StrokeData": ".dataset",
        "TrainingConfig": ".config",
        "draw_strokes": ".generate",
        "export_episodes": ".episodes",
        "import_episodes": ".episodes",
        "learn_brush": ".train",
    },
)
