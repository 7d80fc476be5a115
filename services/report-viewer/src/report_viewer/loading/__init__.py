"""Loading: snapshots from Redis, missing reports computed, rate limits."""
