"""Training of the four systems that the paper compares itself with (docs/baselines.md)."""
