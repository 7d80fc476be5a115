"""Sales as files: the import format and a Shopify export, read into the loader's rows."""
