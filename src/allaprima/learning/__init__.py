"""How a neural brush learns: strokes of the real brush, and the stages that fit a network to them."""
