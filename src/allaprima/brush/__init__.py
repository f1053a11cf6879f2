"""What makes a stroke: its 12 numbers, the real brush, and the neural ones."""
