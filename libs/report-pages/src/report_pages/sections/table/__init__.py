"""Table: rows of cells, sorted and searched by the page's script."""
