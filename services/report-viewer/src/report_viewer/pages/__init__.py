"""Pages: HTML rendered from a document, with chart data, sentences and assets."""
