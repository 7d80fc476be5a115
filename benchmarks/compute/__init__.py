"""What a report costs to compute, and whether that grows with the orders.

Three ways to the same numbers, in one run: the kept sums that the product reads, straight SQL over
the events, and DuckDB over sorted Parquet.
"""
