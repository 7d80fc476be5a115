"""A tenant's sales as reports read them: from the ledger, or from its rollups."""
