"""Where things are: cells, mass, shifts, tiles, addresses, geocoding and spatial statistics.

Pure: no Flask, no SQL, no clock, no network. Nothing here may import ``forecasting`` or ``app``.
"""
