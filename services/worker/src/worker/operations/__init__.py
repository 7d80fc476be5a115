"""The worker's own upkeep: scheduler, heartbeat, cache eviction."""
