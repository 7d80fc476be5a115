"""Webhooks of platforms: events received, verified and entered into the inbox."""
