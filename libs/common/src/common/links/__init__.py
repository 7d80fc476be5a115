"""Links: their tokens, their states in Redis, and what is counted of them."""
