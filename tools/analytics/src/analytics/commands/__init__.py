"""The commands of `analytics`, one module each, imported only when called."""
