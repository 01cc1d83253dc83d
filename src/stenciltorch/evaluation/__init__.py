"""Measuring what the colouring does."""
