"""Import formats, one module or folder each."""
