"""Sums of sales, and what is derived from them."""
