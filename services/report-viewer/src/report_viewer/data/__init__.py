"""The report as data: its document as public JSON, and the schema of that."""
