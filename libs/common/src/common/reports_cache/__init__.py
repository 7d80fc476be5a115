"""The cache of computed reports in Redis: keys, documents, scripts, claims."""
