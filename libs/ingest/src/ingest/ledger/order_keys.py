"""The platform's id of an order of WooCommerce: of its key, as each site counts ids from one.

No export has the key: there, orders go by their numbers.
"""

from typing import Final

_DIGITS: Final = 16
"""Of the key's hash: 64 bits, so that of ten million orders of a shop no two have the same."""

OF_FACTS: Final = f"'wc-' || left(facts #>> '{{order,1,key}}', {_DIGITS})"
"""SQL of the id, null where the facts have no key."""


def of_key(key: str | None) -> str | None:
    """The id of an order with this hash of its key."""
    return f"wc-{key[:_DIGITS]}" if key else None
