"""Caches of one process: prepared responses, pages, and single flight."""
