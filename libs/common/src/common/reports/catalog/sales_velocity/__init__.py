"""Sales velocity: how fast goods sell, and which speed up or slow down."""
