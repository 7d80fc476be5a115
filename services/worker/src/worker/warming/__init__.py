"""Reports made ready before anyone asks."""
