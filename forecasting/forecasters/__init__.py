"""Forecasting methods: one file a method, one contract (``base``), listed in ``forecasting.registry``."""
