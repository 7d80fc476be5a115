"""Languages: locales, catalogs, numbers and dates, for the pages of every service."""
