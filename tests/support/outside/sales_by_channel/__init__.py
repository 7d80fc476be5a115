"""Sales by channel: a report type outside the tree."""
