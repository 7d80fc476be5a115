"""Views counted, by the page's beacon."""
