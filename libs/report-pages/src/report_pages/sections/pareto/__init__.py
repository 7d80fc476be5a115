"""Pareto section: net sales by ABC class as one bar, and what brings most as a table of bars."""
