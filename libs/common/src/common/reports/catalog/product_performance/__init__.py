"""Product performance: what each product brings, and how much of the whole that is."""
