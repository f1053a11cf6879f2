"""What a painting that was painted in this process has beside what its file holds: objects that no file can."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..brush.neural import NeuralBrush
from ..brush.programs import PaintingProgram
from ..history import History
from ..perception.term import LossTerm


@dataclass(frozen=True, eq=False)
class Companions:
    """Somebody's own parts of a painting: its ``brushes`` that do not ship, the terms of its ``loss`` (names among
    them, empty for a loss that a name tells), and the ``program`` that draws it. They are no part of the painting's
    value, and not in its file, which says "own" in their place. Its ``history``, too, is known here alone.
    """

    brushes: tuple[NeuralBrush, ...] = ()
    loss: tuple[str | LossTerm, ...] = ()
    program: PaintingProgram | None = None
    history: History | None = None

    @property
    def given(self) -> list[str]:
        """The settings that these parts stand for."""
        return [name for name, part in (("loss", self.loss), ("engine", self.program)) if part]

    def over(self, other: Companions) -> Companions:
        """These, and where there are none those of another painting."""
        return replace(
            self,
            brushes=tuple(dict.fromkeys((*self.brushes, *other.brushes))),
            loss=self.loss or other.loss,
            program=self.program or other.program,
            history=self.history or other.history,
        )
