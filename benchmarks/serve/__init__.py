"""Measures what serving a finished report costs, beside nginx serving the same bytes as files."""
