"""Patrol planning: the heat of each beat, plans of visits with their cards, visits logged, and what came of it."""
