"""Exports: the current filter as a file, capped, written down, and under the law of mass."""
