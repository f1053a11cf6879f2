"""Strokes to pictures."""
