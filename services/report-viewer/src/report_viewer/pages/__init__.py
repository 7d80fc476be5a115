"""Pages: rendered from a document, with charts, sentences and assets."""
