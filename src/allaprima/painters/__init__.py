"""How strokes are found."""
