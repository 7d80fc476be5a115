"""Starting processes that end with whoever started them; the floor below servers and supervisor."""
