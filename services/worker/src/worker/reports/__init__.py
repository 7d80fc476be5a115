"""Reports computed into the cache, once for everyone who asks."""
