"""How a picture is painted, and what a painting is."""
