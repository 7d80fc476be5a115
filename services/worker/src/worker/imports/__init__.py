"""Imports that were uploaded over HTTP."""
