"""What every program stands on: telemetry, rate limits, bounds of HTTP connections."""
