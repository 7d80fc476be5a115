"""What has changed since a report was frozen: its figures beside those of its days now."""
