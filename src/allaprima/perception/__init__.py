"""How two pictures are compared."""
