"""Infrastructure of every program: telemetry, rate limits, limits of HTTP connections."""
