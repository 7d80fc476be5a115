"""Tenants and admins: who there is, who may act for whom, and who did what."""
