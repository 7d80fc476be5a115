"""How fast sales come in by file: see ``__main__``."""
