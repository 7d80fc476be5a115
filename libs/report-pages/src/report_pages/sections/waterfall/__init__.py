"""Waterfall chart: how one sum becomes another, step by step."""
