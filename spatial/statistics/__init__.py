"""Spatial statistics on masses: every one takes its seed, runs in one process, and names what it assumed."""
