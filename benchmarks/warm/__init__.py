"""Making many reports ready."""
