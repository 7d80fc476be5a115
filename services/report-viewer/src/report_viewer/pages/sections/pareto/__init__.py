"""Pareto chart: what brings most as bars, the share reached as a line, and ABC classes."""
