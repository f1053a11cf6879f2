"""How a neural brush learns: strokes of a real brush, and the three stages of *The Joy of Neural Painting*.

``generate.py`` lets a painting program draw strokes, ``dataset.py`` keeps them (``episodes.py`` reads and writes the
published ones), ``stages.py`` is how a network learns from them, with ``critic.py`` and ``callbacks.py``, and
``train.py`` goes from strokes to a brush file; ``checkpoint.py`` keeps where it was, and ``report.py`` shows how far it
has come. The stages need the extra ``train``.
"""

from typing import TYPE_CHECKING

from ..lazy import lazy

if TYPE_CHECKING:
    from ..brush.programs import PaintingProgram
    from .callbacks import StageConfig
    from .dataset import StrokeData
    from .episodes import export_episodes, import_episodes
    from .generate import draw_strokes
    from .train import TrainingConfig, learn_brush

__all__ = [
    "PaintingProgram",
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
        "PaintingProgram": "..brush.programs",
        "StageConfig": ".callbacks",
        "StrokeData": ".dataset",
        "TrainingConfig": ".train",
        "draw_strokes": ".generate",
        "export_episodes": ".episodes",
        "import_episodes": ".episodes",
        "learn_brush": ".train",
    },
)
