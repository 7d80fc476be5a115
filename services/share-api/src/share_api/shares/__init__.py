"""Issuing links for HTTP clients: once under a key, and many at once."""
