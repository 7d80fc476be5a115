"""From a verified link to its report: Redis, jobs, waiting, rate limits."""
