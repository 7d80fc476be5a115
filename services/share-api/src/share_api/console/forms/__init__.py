"""Forms: read strictly, and taken from pages of the session that is logged in alone."""
