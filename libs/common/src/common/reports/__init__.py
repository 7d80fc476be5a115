"""What the reports are: the registry, their definitions, their documents and their queries."""
