"""Measured speed: `./run bench`."""
