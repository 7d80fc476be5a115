"""Revenue overview: what came in, day by day, beside the previous window."""
