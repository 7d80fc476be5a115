"""Pages of reports: how a document is drawn as HTML, whichever service shows it."""
