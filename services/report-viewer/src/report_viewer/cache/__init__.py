"""What one viewer process keeps: prepared responses, pages, and one load for many requests."""
