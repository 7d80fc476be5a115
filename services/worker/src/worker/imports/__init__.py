"""Imports that came over HTTP."""
