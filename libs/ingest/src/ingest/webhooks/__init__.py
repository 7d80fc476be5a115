"""Webhooks of platforms: events received into an inbox, and worked off into the sales ledger."""
