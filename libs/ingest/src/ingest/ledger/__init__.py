"""Loading the sales ledger: typed rows in, one transaction, all or nothing."""
