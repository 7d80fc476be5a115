"""What the three services share: signing, the report registry, cache, jobs and tables."""
