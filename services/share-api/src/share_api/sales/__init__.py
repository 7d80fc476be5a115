"""Sales by JSON: batches received, loaded at once, and each key's batch carried out once."""
