"""Real PostgreSQL and Valkey servers from Python wheels: no root, no Docker, no system packages."""
