"""Views: what pages show of a shop, read by the functions that the API answers with."""
