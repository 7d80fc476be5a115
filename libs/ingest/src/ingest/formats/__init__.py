"""Import formats, a folder each; ``registry`` finds them."""
