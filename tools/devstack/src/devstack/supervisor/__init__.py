"""Runs the whole system as processes of one command: `analytics up`."""
