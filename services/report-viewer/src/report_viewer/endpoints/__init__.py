"""Endpoints: reports, preview cards, problems, operations."""
