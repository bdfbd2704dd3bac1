"""Saved views: the address of a desk under a name, for oneself or for one's unit."""
