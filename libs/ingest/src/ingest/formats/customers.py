"""Pseudonyms of customers: who bought, without saying who."""

import hashlib


def pseudonym(email: str | None) -> str | None:
    """A hash of an e-mail address; None where there is none."""
    if email is None:
        return None
    return hashlib.sha256(email.lower().encode()).hexdigest()[:32]
