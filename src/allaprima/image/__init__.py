"""Pictures in, and colour."""
