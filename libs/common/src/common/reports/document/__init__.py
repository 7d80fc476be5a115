"""The document of a computed report: its schema, metrics and headlines."""
