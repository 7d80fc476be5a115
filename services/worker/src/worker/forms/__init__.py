"""Forms of a report beside its page and its CSV, made from what is cached of one data version."""
