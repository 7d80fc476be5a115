"""View counts: the page's beacon and downloads, by link."""
