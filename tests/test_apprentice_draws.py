"""What an apprentice draws at the moment, as numbers."""

import torch

from allaprima import Apprentice, StrokeData, Strokes


def test_it_draws_as_it_learned_last(data: StrokeData) -> None:
    """As large as its data or as one likes, without a gradient; learning goes on as it was."""
    apprentice = Apprentice(data, loss=lambda drawn, true: (drawn - true).square().mean())
    strokes = Strokes.random(3)
    with torch.no_grad():
        untaught = apprentice.generator.eval()(strokes, 32)
    assert torch.equal(apprentice.draw(strokes, 32), untaught)
    apprentice.pretrain(steps=2)
    drawn = apprentice.draw(strokes)
    assert drawn.shape == (3, 1, 64, 64) and not drawn.requires_grad
    assert apprentice.texture is not None
    with torch.no_grad():
        assert torch.equal(drawn, apprentice.texture.eval()(strokes, 64))
