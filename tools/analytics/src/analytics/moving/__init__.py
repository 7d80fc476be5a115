"""Moving a tenant to another PostgreSQL server: what is copied, and in which steps."""
