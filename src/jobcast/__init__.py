"""Forecasts of what batch jobs need, learnt from a cluster's own job history."""

__version__ = "0.1.0"
