"""Imports over HTTP: files taken in for the workers, and what became of them."""
