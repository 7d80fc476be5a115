"""Tokens verified, and the URLs links stand at."""
