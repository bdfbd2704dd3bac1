"""Forecasts of recorded mass by cell and week: pure, no Flask, no SQL, no clock, no network.

What belongs here: the cube, the methods, their scores and the backtest. What does not: reading the
database, publishing a run, drawing a layer (``app/forecasts``), geometry and H3 (``spatial``).
"""
