"""The analytics command: runs the system, migrates, creates tenants and admins, shares."""
