"""Columns become models: split by time, fit, calibrate, judge on later days, save with a card."""
