"""The server process and its fast path for hot pages."""
