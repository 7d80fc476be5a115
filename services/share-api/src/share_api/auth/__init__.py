"""Log-in: credentials and sessions."""
