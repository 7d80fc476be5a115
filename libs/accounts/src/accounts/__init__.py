"""Tenants and admins: accounts, memberships, passwords and the audit log."""
