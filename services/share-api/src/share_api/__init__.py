"""Admin API: sessions, and the issuing, listing and revoking of signed report links."""
