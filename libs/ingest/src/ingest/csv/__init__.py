"""CSV files of sales: bytes to records to values, and what is wrong with them."""
