"""Public viewer: verifies a link and serves the cached report as a page or as CSV."""
