"""The report types, a folder each: a pure definition, and the query that feeds it."""
