"""Restoring a backup without reviving what was revoked after it."""
