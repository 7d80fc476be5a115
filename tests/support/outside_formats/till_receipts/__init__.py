"""An import format outside the tree: the receipts of a till."""
