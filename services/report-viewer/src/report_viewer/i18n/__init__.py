"""Languages: locales, translations, numbers and dates."""
