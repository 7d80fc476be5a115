"""Who asks: credentials, sessions, API keys, and who acts for a tenant."""
