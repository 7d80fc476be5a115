"""The one way sales data gets into the ledger: typed rows in, one transaction, all or nothing."""
