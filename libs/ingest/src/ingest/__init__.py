"""Sales into the ledger: files are read by format, checked, and loaded all or nothing."""
