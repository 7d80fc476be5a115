"""Sharing reports: links are issued, listed and revoked, by an admin or by command."""
