"""Forecasts: from mass to runs, their scores and their publication."""
