"""Celery workers: the only reader of sales data; compute reports and CSVs into Redis."""
