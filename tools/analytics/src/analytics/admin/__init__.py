"""What commands do for an operator: links, keys, imports, Discord."""
