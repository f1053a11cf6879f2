"""What leaves the easel."""
