"""By numba, on a CPU."""
