"""A thousand first views at once."""
