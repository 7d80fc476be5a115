"""The demo: two made-up shops whose sales look like sales, the same on every machine."""
